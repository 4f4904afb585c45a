"""What a test or a demonstration may change about one account's behaviour.

A new switch is one line of ``Switches``: it is then checked, saved, and on the page.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Annotated, Any

from stripe_sandbox.switch_kinds import Choice, Fault, Kind, Number, Numbers, Whole, YesNo

MOST_AT_ONCE = 64
# Seconds before each further try of a webhook: a little over an hour in all.
RETRY_DELAYS = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 900.0, 900.0)
DUNNING_DAYS = (3.0, 5.0, 7.0)

API, WEBHOOKS, PAYMENTS, BILLING = "API", "Webhooks", "Payments", "Billing"
SECONDS, DAYS = Number("seconds"), Number("days", most=366)


class WrongSwitches(ValueError):
    """Refused switches; ``problems`` tells for each name what its value must be."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name} {problem}" for name, problem in problems.items()))
        self.problems = problems


@dataclass
class Switches:
    """All switches. Each is annotated with what it takes, its group and what it does.

    A value is never changed in place, so copies may share it.
    """

    api_delay: Annotated[
        float,
        SECONDS,
        API,
        "Every request waits this long before it takes effect, its idempotency key taken.",
    ] = 0.0
    api_failure: Annotated[
        dict[str, Any] | None,
        Fault(statuses=(500, 503, 429)),
        API,
        "Requests fail with this status before they take effect, and leave no trace under their "
        "idempotency key.",
    ] = None
    lose_answers: Annotated[
        dict[str, Any] | None,
        Fault(at="POST"),
        API,
        "POSTs take effect, but the connection is closed without an answer. The same idempotency "
        "key gets the answer later.",
    ] = None
    seed: Annotated[
        int | None,
        Whole(0, 2**53, optional=True),
        API,
        "Begins the random numbers of chances and of shuffling anew, so that they repeat.",
    ] = None

    deliveries_at_once: Annotated[
        int,
        Whole(1, MOST_AT_ONCE),
        WEBHOOKS,
        "Tries under way at one endpoint at a time. They begin in the order of the events; "
        "with 1 they also end in it.",
    ] = 4
    delivery_delay: Annotated[
        float, SECONDS, WEBHOOKS, "From an event to the first try of its delivery."
    ] = 0.0
    shuffle: Annotated[
        bool,
        YesNo(),
        WEBHOOKS,
        "Deliveries come in random order: each first try waits a random time.",
    ] = False
    shuffle_window: Annotated[
        float, SECONDS, WEBHOOKS, "The longest that shuffling makes a first try wait."
    ] = 1.0
    duplicate: Annotated[
        int,
        Whole(1, MOST_AT_ONCE),
        WEBHOOKS,
        "Copies of every event that are sent to each endpoint, side by side.",
    ] = 1
    drop_first: Annotated[
        int,
        Whole(0, 50),
        WEBHOOKS,
        "So many first tries of each delivery are dropped: logged, but never sent.",
    ] = 0
    delivery_timeout: Annotated[
        float, SECONDS, WEBHOOKS, "A try without an answer in this time has failed."
    ] = 10.0
    retry_delays: Annotated[
        list[float],
        Numbers("seconds"),
        WEBHOOKS,
        "Before each further try of a delivery that failed.",
    ] = field(default_factory=lambda: list(RETRY_DELAYS))

    charge_updated_delay: Annotated[
        float,
        SECONDS,
        PAYMENTS,
        "From charge.succeeded to charge.updated, which brings the balance transaction.",
    ] = 2.0
    decline_order: Annotated[
        str,
        Choice("created_first", "declined_first"),
        PAYMENTS,
        "Whether a payment intent that Checkout makes and a card declines is first told to be "
        "made, or first to have failed. Nobody knows Stripe's order.",
    ] = "created_first"
    dispute_delay: Annotated[
        float, SECONDS, PAYMENTS, "From a charge to the dispute that some cards bring."
    ] = 2.0
    refund_delay: Annotated[
        float, SECONDS, PAYMENTS, "From a refund to the bank's answer to it."
    ] = 2.0
    settlement_delay: Annotated[
        float, SECONDS, PAYMENTS, "From a debit of a bank account to its success or failure."
    ] = 2.0

    invoice_payment_delay: Annotated[
        float, SECONDS, BILLING, "From a paid invoice to invoice_payment.paid."
    ] = 2.0
    upcoming_days: Annotated[
        float, DAYS, BILLING, "Days from invoice.upcoming to the renewal it announces."
    ] = 7
    dunning_days: Annotated[
        list[float],
        Numbers("days"),
        BILLING,
        "Days before each further try to collect a renewal that failed.",
    ] = field(default_factory=lambda: list(DUNNING_DAYS))
    dunning_end: Annotated[
        str,
        Choice("cancel", "unpaid", "past_due"),
        BILLING,
        "What becomes of a subscription when its renewal could not be collected at all.",
    ] = "cancel"

    def dump(self) -> dict[str, Any]:
        """Return the switches as JSON values."""
        return asdict(self)

    def changed(self, wanted: Mapping[str, Any]) -> "Switches":
        """Return a copy with some switches changed.

        Raises:
            WrongSwitches: for unknown names or values out of range; nothing is changed.
        """
        kinds = {each.name: each.kind for each in described_switches()}
        values, problems = {}, {}
        for name, value in wanted.items():
            try:
                if name not in kinds:
                    raise ValueError("is no switch")
                values[name] = kinds[name].check(value)
            except ValueError as error:
                problems[name] = str(error)
        if problems:
            raise WrongSwitches(problems)
        return replace(self, **values)


@dataclass(frozen=True)
class Described:
    """What is to be told about a switch."""

    name: str
    kind: Kind
    group: str
    text: str


def described_switches() -> list[Described]:
    """Return what is to be told about each switch, in the order of their groups."""
    return [Described(each.name, *_notes(each.type)) for each in fields(Switches)]


def _notes(annotated: Any) -> tuple[Kind, str, str]:
    notes: tuple[Kind, str, str] = annotated.__metadata__
    return notes
