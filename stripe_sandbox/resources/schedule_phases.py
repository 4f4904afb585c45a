"""The phases of a schedule, as parameters say them: when each begins and ends, and with what."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from stripe_sandbox.accounts import Object
from stripe_sandbox.billing.discounting import chosen_discounts
from stripe_sandbox.billing.periods import boundary, period_around
from stripe_sandbox.billing.starting import Wanted
from stripe_sandbox.errors import invalid_request, missing
from stripe_sandbox.operations import Call
from stripe_sandbox.resources.item_choices import check_together, chosen_price, keep_prices
from stripe_sandbox.resources.schedule_objects import new_phase, phase_discount, phase_item
from stripe_sandbox.resources.subscription_objects import rhythm_of

# Of those that are not over.
MOST_PHASES = 10


@dataclass(frozen=True)
class Before:
    """What comes before the phases that are sent.

    ``rhythm`` is the interval billed at until then, and ``anchor`` what its periods are counted
    from. ``phases`` are those that the schedule has already.
    """

    start: int
    anchor: int
    rhythm: Object | None = None
    phases: Sequence[Object] = ()

    @property
    def prices(self) -> set[str]:
        """The ids of the prices that the schedule has already."""
        return {item["price"] for phase in self.phases for item in phase["items"]}

    def new_discounts(self, sent: Object) -> list[Object]:
        """Return the discounts of a phase that were not accepted before."""
        known = [discount for phase in self.phases for discount in phase["discounts"]]
        wanted = sent.get("discounts") or []
        return [each for each in wanted if phase_discount(**each) not in known]


def first_phases(call: Call, customer: Object, start: int) -> list[Object]:
    """Return the phases of a new schedule; their inline prices are kept.

    Raises:
        StripeError: 400.
    """
    sent = call.sent.get("phases")
    if not sent:
        raise missing("phases")
    return _phases(call, customer, list(enumerate(sent)), Before(start, start))


def changed_phases(call: Call, schedule: Object, subscription: Object | None) -> list[Object]:
    """Return a schedule's phases as they shall become; their inline prices are kept.

    Phases that are over stay, whether they are sent or not.

    Args:
        subscription: the one it manages; none while it has not started.

    Raises:
        StripeError: 400.
    """
    now = call.now(schedule)
    customer = call.account.get("customer", schedule["customer"], "customer")
    left, start = list(enumerate(call.sent["phases"] or [])), None
    current = schedule["current_phase"]
    past = [p for p in schedule["phases"] if current and p["end_date"] <= current["start_date"]]
    while past and left and _is_over(left[0][1], current["start_date"]):
        start = left.pop(0)[1]["end_date"]
    if not left:
        raise missing("phases")
    start = _moment(left[0][1].get("start_date", start), now)
    if start is None:
        raise invalid_request(
            "The subscription schedule update is missing a `start_date` on its first phase, from "
            "which the others are counted.",
            "phases",
        )
    if subscription is None:
        if start < now:
            raise invalid_request("The first phase cannot start in the past.", "phases")
        before = Before(start, start, phases=schedule["phases"])
        return _phases(call, customer, left, before)
    if start != current["start_date"]:
        raise invalid_request("You can not modify the start date of the current phase.", "phases")
    anchor, rhythm = subscription["billing_cycle_anchor"], rhythm_of(subscription)
    before = Before(start, anchor, rhythm, schedule["phases"])
    return past + _phases(call, customer, left, before)


def _is_over(sent: Object, current_start: int) -> bool:
    end = sent.get("end_date")
    return isinstance(end, int) and end <= current_start


def _moment(sent: Any, now: int) -> int | None:
    return now if sent == "now" else sent


def _phases(
    call: Call, customer: Object, sent: Sequence[tuple[int, Object]], before: Before
) -> list[Object]:
    if len(sent) > MOST_PHASES:
        raise invalid_request(
            f"A schedule can have at most {MOST_PHASES} current and future phases.", "phases"
        )
    now = call.now(customer)
    phases: list[Object] = []
    prices: list[Object] = []
    start, anchor, rhythm = before.start, before.anchor, before.rhythm
    for at, each in sent:
        name = f"phases[{at}]"
        _check_start(each, start, now, name)
        wanted = _wanted(call, each, customer, before, name)
        if wanted[0].price["recurring"] != rhythm:
            rhythm = wanted[0].price["recurring"]
            anchor = start if phases else anchor
        is_last = at == sent[-1][0]
        end = _moment(each.get("end_date"), now)
        if end is None:
            end = _end_after(start, anchor, _span(each, rhythm if is_last else None, name))
        _check_end(each, (start, end), now, name)
        _check_discounts(call, before.new_discounts(each), customer, wanted, name)
        phases.append(_phase(each, wanted, (start, end), name))
        prices += [item.price for item in wanted]
        start = end
    if len({phase["currency"] for phase in phases}) > 1:
        raise invalid_request("All phases of a schedule must be in one currency.", "phases")
    keep_prices(call.account, prices)
    return phases


def _check_start(sent: Object, start: int, now: int, name: str) -> None:
    if _moment(sent.get("start_date", start), now) != start:
        raise invalid_request(
            "A phase must start when the one before it ends; leave its start_date out.",
            f"{name}[start_date]",
        )


def _span(sent: Object, usual: Object | None, name: str) -> Object:
    """Return how long a phase without an end lasts; ``usual`` is what need not be said."""
    span = sent.get("duration") or usual
    if span is None:
        raise missing(f"{name}[end_date]")
    return {"interval_count": 1} | span


def _check_end(sent: Object, period: tuple[int, int], now: int, name: str) -> None:
    start, end = period
    if sent.get("end_date") is not None and sent.get("duration"):
        raise invalid_request("Give either end_date or duration.", f"{name}[duration]")
    if end <= start:
        raise invalid_request("A phase must end after it starts.", f"{name}[end_date]")
    if end < now:
        raise invalid_request(
            "The current phase cannot end in the past; end it `now`, or later.",
            f"{name}[end_date]",
        )


def _end_after(start: int, anchor: int, span: Object) -> int:
    """Return the end of a span; one that begins with a billing period ends with one.

    After a period that ends on 28 February since it began on the 31st, a month goes up to the
    31st of March.
    """
    unit = {"interval": span["interval"], "interval_count": 1}
    if period_around(anchor, unit, start)[0] != start:
        return boundary(start, span, 1)
    for _ in range(span["interval_count"]):
        start = period_around(anchor, unit, start)[1]
    return start


def _wanted(call: Call, sent: Object, customer: Object, before: Before, name: str) -> list[Wanted]:
    """Return what a phase is for; a price that the schedule has may be out of sale by now."""
    if not sent["items"]:
        raise missing(f"{name}[items]")
    wanted = []
    for at, each in enumerate(sent["items"]):
        if each.get("price") in before.prices and not each.get("price_data"):
            price = call.account.get("price", each["price"])
        else:
            price = chosen_price(call, each, f"{name}[items][{at}]")
        wanted.append(Wanted(price, each.get("quantity", 1)))
    check_together([each.price for each in wanted], customer, f"{name}[items]")
    return wanted


def _check_discounts(
    call: Call, sent: Sequence[Object], customer: Object, wanted: Sequence[Wanted], name: str
) -> None:
    chosen_discounts(
        call,
        sent,
        f"{name}[discounts]",
        customer=customer,
        currency=wanted[0].price["currency"],
        amount=sum(each.amount for each in wanted),
        products=[each.price["product"] for each in wanted],
    )


def _phase(sent: Object, wanted: Sequence[Wanted], period: tuple[int, int], name: str) -> Object:
    currency = wanted[0].price["currency"]
    if sent.get("currency") not in (None, currency):
        raise invalid_request(
            f"The items are in {currency}, not in this currency.", f"{name}[currency]"
        )
    items = [
        phase_item(each.price["id"], each.quantity, item.get("metadata"))
        for each, item in zip(wanted, sent["items"], strict=True)
    ]
    return new_phase(items, currency, period, sent)
