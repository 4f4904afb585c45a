"""``/v1/subscription_schedules``: what subscriptions shall become, phase by phase."""

from typing import Any

from stripe_sandbox.accounts import Object
from stripe_sandbox.billing.cancelling import end_now
from stripe_sandbox.billing.phase_changes import release_schedule
from stripe_sandbox.billing.phases import schedule_of
from stripe_sandbox.billing.schedules import (
    cancel_unstarted,
    change_schedule,
    open_schedule,
    take_over,
)
from stripe_sandbox.errors import invalid_request, missing
from stripe_sandbox.expansion import expandable
from stripe_sandbox.metadata import merged_metadata
from stripe_sandbox.operations import Call, operation
from stripe_sandbox.pagination import DATED_PAGE, list_kind, within
from stripe_sandbox.parameters import Boolean, Moments, Text
from stripe_sandbox.resources.schedule_parameters import CHANGED_PHASES, NEW_PHASES, SETTINGS
from stripe_sandbox.resources.schedule_phases import changed_phases, first_phases
from stripe_sandbox.resources.subscription_objects import is_live
from stripe_sandbox.resources.subscription_parameters import (
    PRORATION_BEHAVIOR,
    FlexibleMode,
    MomentOr,
)
from stripe_sandbox.resources.subscription_settings import put_cancellation

KIND = "subscription_schedule"
ENDS = ("canceled_at", "completed_at", "released_at")

expandable(
    KIND,
    "customer",
    "default_settings.default_payment_method",
    "phases.default_payment_method",
    "phases.discounts.coupon",
    "phases.discounts.discount",
    "phases.discounts.promotion_code",
    "phases.items.price",
    "subscription",
    "test_clock",
)


@operation(
    "POST",
    "/v1/subscription_schedules",
    {
        **SETTINGS,
        "billing_mode": FlexibleMode(),
        "customer": Text(clearable=False),
        "from_subscription": Text(clearable=False),
        "phases": NEW_PHASES,
        "start_date": MomentOr("now"),
    },
    not_yet=("customer_account",),
)
def create_schedule(call: Call) -> Object:
    """Make a schedule for a subscription that there is, or for one that it will begin."""
    sent = call.sent
    if "from_subscription" in sent:
        return _from_subscription(call)
    if "customer" not in sent:
        raise missing("customer")
    customer = call.account.get("customer", sent["customer"], "customer")
    now = call.now(customer)
    start = sent.get("start_date", "now")
    start = now if start == "now" else start
    if start < now:
        raise invalid_request(
            "The Stripe sandbox does not backdate subscriptions; start_date must not be in the "
            "past.",
            "start_date",
        )
    _check_method(call, customer["id"])
    return open_schedule(call, customer, first_phases(call, customer, start), sent)


def _from_subscription(call: Call) -> Object:
    others = sorted(set(call.sent) - {"expand", "from_subscription"})
    if others:
        raise invalid_request(
            "With from_subscription nothing else can be set; update the schedule afterwards.",
            others[0],
        )
    subscription = call.account.get(
        "subscription", call.sent["from_subscription"], "from_subscription"
    )
    schedule = schedule_of(call.account, subscription)
    if schedule:
        raise invalid_request(
            "You cannot migrate a subscription that is already attached to a schedule: "
            f"`{schedule['id']}`.",
            "from_subscription",
        )
    if not is_live(subscription) or subscription["status"] == "incomplete":
        raise invalid_request(
            f"The subscription {subscription['id']} is {subscription['status']}, so it cannot "
            "be managed by a schedule.",
            "from_subscription",
        )
    return take_over(call, subscription)


def _check_method(call: Call, customer_id: str) -> None:
    wanted = (call.sent.get("default_settings") or {}).get("default_payment_method")
    param = "default_settings[default_payment_method]"
    if wanted and call.account.get("payment_method", wanted, param)["customer"] != customer_id:
        raise invalid_request(
            f"The payment method {wanted} is not attached to the customer {customer_id}; "
            "attach it first.",
            param,
        )


@operation("GET", "/v1/subscription_schedules/{schedule}")
def get_schedule(call: Call) -> Object:
    """Return a schedule."""
    return call.account.get(KIND, call.ids["schedule"])


@operation(
    "POST",
    "/v1/subscription_schedules/{schedule}",
    {**SETTINGS, "phases": CHANGED_PHASES, "proration_behavior": PRORATION_BEHAVIOR},
)
def update_schedule(call: Call) -> Object:
    """Change a schedule; its subscription changes at once where the current phase does."""
    schedule, sent = _open_schedule(call, "updated"), call.sent
    _check_method(call, schedule["customer"])
    changes: Object = {}
    if "metadata" in sent:
        changes["metadata"] = merged_metadata(schedule["metadata"], sent["metadata"])
    if "end_behavior" in sent:
        changes["end_behavior"] = sent["end_behavior"]
    if sent.get("default_settings"):
        changes["default_settings"] = schedule["default_settings"] | sent["default_settings"]
    if "phases" in sent:
        changes["phases"] = changed_phases(call, schedule, _subscription_of(call, schedule))
    prorations = sent.get("proration_behavior", "create_prorations")
    change_schedule(call, schedule, changes, prorations)
    return schedule


@operation(
    "GET",
    "/v1/subscription_schedules",
    {
        **DATED_PAGE,
        **{name: Moments() for name in ENDS},
        "customer": Text(),
        "scheduled": Boolean(),
    },
    not_yet=("customer_account",),
)
def list_schedules(call: Call) -> Object:
    """Return schedules, newest first."""
    schedules = call.account.of_kind(KIND).values()
    chosen = [schedule for schedule in schedules if _fits(schedule, call.sent)]
    return list_kind(call, KIND, "customer", among=chosen)


def _fits(schedule: Object, sent: dict[str, Any]) -> bool:
    if sent.get("scheduled") and schedule["status"] != "not_started":
        return False
    spans = {name: sent[name] for name in ENDS if sent.get(name)}
    return all(
        schedule[name] is not None and within(schedule[name], span) for name, span in spans.items()
    )


@operation(
    "POST",
    "/v1/subscription_schedules/{schedule}/cancel",
    {"invoice_now": Boolean(clearable=False), "prorate": Boolean(clearable=False)},
)
def cancel_schedule(call: Call) -> Object:
    """End a schedule and its subscription now; what is left of the period is given back."""
    schedule = _open_schedule(call, "canceled")
    subscription = _subscription_of(call, schedule)
    if subscription is None:
        cancel_unstarted(call, schedule)
    else:
        end_now(
            call,
            subscription,
            {},
            prorates=call.sent.get("prorate", True),
            invoices=call.sent.get("invoice_now", True),
        )
    return schedule


@operation(
    "POST",
    "/v1/subscription_schedules/{schedule}/release",
    {"preserve_cancel_date": Boolean(clearable=False)},
)
def release(call: Call) -> Object:
    """End a schedule; its subscription goes on as it is now."""
    schedule = _open_schedule(call, "released")
    subscription = _subscription_of(call, schedule)
    before = dict(subscription or {})
    release_schedule(call, schedule, subscription)
    if subscription is None:
        return schedule
    if subscription["cancel_at"] is not None and not call.sent.get("preserve_cancel_date"):
        put_cancellation(subscription, {"cancel_at": None}, call.now(subscription))
    call.emit_updated(subscription, before)
    return schedule


def _open_schedule(call: Call, becoming: str) -> Object:
    """Return the schedule in the URL, which must not have ended.

    Args:
        becoming: what it shall become, for the refusal.
    """
    schedule = call.account.get(KIND, call.ids["schedule"])
    if schedule["status"] not in ("active", "not_started"):
        raise invalid_request(
            f"A subscription schedule that is `{schedule['status']}` cannot be {becoming}; it "
            "must be `not_started` or `active`."
        )
    return schedule


def _subscription_of(call: Call, schedule: Object) -> Object | None:
    """Return the subscription that a schedule manages; none before it has started."""
    return call.account.of_kind("subscription").get(schedule["subscription"] or "")
