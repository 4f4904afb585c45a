"""``POST /v1/subscriptions/{id}``: change what a subscription is for, and its settings."""

from stripe_sandbox.accounts import Object
from stripe_sandbox.billing.changing import change_subscription, plan_change
from stripe_sandbox.billing.discounting import Chosen, chosen_discounts, redeem
from stripe_sandbox.billing.pending_updates import drop_pending_update
from stripe_sandbox.billing.renewing import plan_cancellation
from stripe_sandbox.billing.subscription_discounts import drop_discount, put_discounts
from stripe_sandbox.billing.trials import end_trial_now, extend_trial
from stripe_sandbox.errors import invalid_request, not_in_sandbox
from stripe_sandbox.operations import Call, operation
from stripe_sandbox.parameters import Integer, Text
from stripe_sandbox.resources.item_choices import CHANGED_ITEMS, changed_items, keep_prices
from stripe_sandbox.resources.subscription_objects import is_live, items_of, period_of
from stripe_sandbox.resources.subscription_parameters import (
    CANCELLATION_DETAILS,
    NOT_YET,
    PERIOD_ENDS,
    SETTINGS,
    MomentOr,
)
from stripe_sandbox.resources.subscription_settings import (
    LONGEST_TRIAL,
    check_cancellation,
    check_moment,
    check_settings,
    put_cancellation,
    with_settings,
)

# All else must be changed by a request of its own.
WITH_PENDING_IF_INCOMPLETE = {
    "billing_cycle_anchor",
    "expand",
    "items",
    "off_session",
    "payment_behavior",
    "proration_behavior",
    "proration_date",
}
OF_AN_ENDED_ONE = {"cancellation_details", "expand", "metadata"}


@operation(
    "POST",
    "/v1/subscriptions/{subscription_exposed_id}",
    {
        **SETTINGS,
        "billing_cycle_anchor": Text(choices=("now", "unchanged"), clearable=False),
        "cancel_at": MomentOr(*PERIOD_ENDS, clearable=True),
        "cancellation_details": CANCELLATION_DETAILS,
        "items": CHANGED_ITEMS,
        "proration_date": Integer(clearable=False),
    },
    not_yet=(*NOT_YET, "pause_collection"),
)
def update_subscription(call: Call) -> Object:
    """Change a subscription; what that costs is billed as the proration behaviour says."""
    subscription = call.account.get("subscription", call.ids["subscription_exposed_id"])
    sent = call.sent
    _check(call, subscription)
    items = changed_items(call, subscription, sent.get("items"))
    check_proration_date(subscription, sent.get("proration_date"))
    discounts = _new_discounts(call, subscription, items)
    becoming = with_settings(subscription, sent)
    put_cancellation(becoming, sent, call.now(subscription))
    _check_trial(call, subscription)
    change_items(call, subscription, items, becoming)
    if "discounts" in sent:
        _replace_discounts(call, subscription, discounts)
    _change_trial(call, subscription)
    plan_cancellation(call, subscription)
    return subscription


def _check(call: Call, subscription: Object) -> None:
    sent = call.sent
    if not is_live(subscription) and not set(sent) <= OF_AN_ENDED_ONE:
        raise invalid_request(
            f"The subscription {subscription['id']} has ended; only its "
            "cancellation_details and metadata can still be changed."
        )
    if sent.get("payment_behavior") == "pending_if_incomplete":
        others = sorted(set(sent) - WITH_PENDING_IF_INCOMPLETE)
        if others:
            raise invalid_request(
                "With `payment_behavior=pending_if_incomplete` only what is billed can be "
                f"changed; send these by a request of their own: {', '.join(others)}.",
                others[0],
            )
    method = sent.get("collection_method") or subscription["collection_method"]
    check_settings(call, subscription["customer"], method)
    check_cancellation(call.account, subscription, sent)


def check_proration_date(
    subscription: Object, at: int | None, param: str = "proration_date"
) -> None:
    """Refuse a proration date outside of the current period.

    Raises:
        StripeError: 400.
    """
    start, end = period_of(subscription)
    if at is not None and not start <= at <= end:
        raise invalid_request(
            "Cannot prorate from a moment that is not in the current billing period "
            f"({start} to {end}).",
            param,
        )


def change_items(
    call: Call, subscription: Object, items: list[Object], becoming: Object | None = None
) -> None:
    """Make a change of items with the behaviours that were sent.

    Args:
        becoming: the subscription with its settings as they shall become.

    Raises:
        StripeError: 402, with ``error_if_incomplete`` only.
    """
    sent, now = call.sent, call.now(subscription)
    prorations = sent.get("proration_behavior", "create_prorations")
    change = plan_change(
        call.account,
        becoming or subscription,
        items,
        at=sent.get("proration_date", now),
        now=now,
        prorates=prorations != "none",
        anchor_now=sent.get("billing_cycle_anchor") == "now",
    )
    keep_prices(call.account, [item["price"] for item in items])
    if items != items_of(subscription):
        drop_pending_update(call, subscription)
    change_subscription(
        call,
        subscription,
        change,
        invoices_now=prorations == "always_invoice",
        payment_behavior=sent.get("payment_behavior", "allow_incomplete"),
    )


def _new_discounts(call: Call, subscription: Object, items: list[Object]) -> list[Chosen]:
    """Return the discounts that were sent and the subscription does not have yet."""
    sent = call.sent.get("discounts") or []
    return chosen_discounts(
        call,
        [each for each in sent if each.get("discount") not in subscription["discounts"]],
        "discounts",
        customer=call.account.get("customer", subscription["customer"]),
        currency=subscription["currency"],
        products=[item["price"]["product"] for item in items],
    )


def _replace_discounts(call: Call, subscription: Object, chosen: list[Chosen]) -> None:
    before = dict(subscription)
    kept = [each.get("discount") for each in call.sent["discounts"] or []]
    for discount_id in subscription["discounts"]:
        if discount_id not in kept:
            drop_discount(call, subscription, discount_id)
    put_discounts(call, subscription, chosen)
    for coupon, code in chosen:
        redeem(call, coupon, code)
    call.emit_updated(subscription, before)


def _check_trial(call: Call, subscription: Object) -> None:
    wanted = call.sent.get("trial_end")
    if wanted in (None, "now"):
        return
    if subscription["status"] != "trialing":
        raise not_in_sandbox("trial_end")
    check_moment(wanted, call.now(subscription), "trial_end", longest=LONGEST_TRIAL)


def _change_trial(call: Call, subscription: Object) -> None:
    wanted = call.sent.get("trial_end")
    if wanted is None or subscription["status"] != "trialing":
        return
    if wanted == "now":
        end_trial_now(call, subscription)
    else:
        extend_trial(call, subscription, wanted)
