"""``/v1/subscriptions``: begin, look up, cancel and resume; changes are a module of their own."""

from typing import Any

from stripe_sandbox.accounts import Object
from stripe_sandbox.billing.cancelling import end_now
from stripe_sandbox.billing.collecting import expected_refusal, no_method
from stripe_sandbox.billing.discounting import Chosen, chosen_discounts, redeem
from stripe_sandbox.billing.renewing import plan_cancellation
from stripe_sandbox.billing.starting import Wanted, build_subscription, start_subscription
from stripe_sandbox.billing.subscription_discounts import put_discounts
from stripe_sandbox.billing.trials import resume_subscription
from stripe_sandbox.errors import invalid_request, missing
from stripe_sandbox.expansion import expandable
from stripe_sandbox.operations import Call, operation
from stripe_sandbox.pagination import DATED_PAGE, list_kind, within
from stripe_sandbox.parameters import Boolean, Currency, Integer, ListOf, Moments, Text
from stripe_sandbox.resources.item_choices import NEW_ITEMS, keep_prices, wanted_items
from stripe_sandbox.resources.subscription_objects import is_live, items_of, method_of, period_of
from stripe_sandbox.resources.subscription_parameters import (
    CANCELLATION_DETAILS,
    NOT_YET,
    PERIOD_ENDS,
    PRORATION_BEHAVIOR,
    SETTINGS,
    FlexibleMode,
    MomentOr,
)
from stripe_sandbox.resources.subscription_settings import (
    check_settings,
    chosen_trial_end,
    put_cancellation,
)

STATUSES = (
    "active",
    "all",
    "canceled",
    "ended",
    "incomplete",
    "incomplete_expired",
    "past_due",
    "paused",
    "trialing",
    "unpaid",
)

expandable(
    "subscription",
    "customer",
    "default_payment_method",
    "discounts",
    "latest_invoice",
    "pending_setup_intent",
    "schedule",
    "test_clock",
)
expandable("subscription_item", "discounts")


@operation(
    "POST",
    "/v1/subscriptions",
    {
        **SETTINGS,
        "billing_mode": FlexibleMode(),
        "cancel_at": MomentOr(*PERIOD_ENDS),
        "currency": Currency(clearable=False),
        "customer": Text(clearable=False),
        "items": NEW_ITEMS,
        "trial_period_days": Integer(least=1, most=730, clearable=False),
    },
    not_yet=(
        *NOT_YET,
        "backdate_start_date",
        "billing_cycle_anchor",
        "billing_cycle_anchor_config",
        "customer_account",
    ),
)
def create_subscription(call: Call) -> Object:
    """Begin a subscription, and collect its first invoice as the payment behaviour says."""
    sent = call.sent
    if not sent.get("customer"):
        raise missing("customer")
    customer = call.account.get("customer", sent["customer"], "customer")
    check_settings(call, customer["id"], sent.get("collection_method", "charge_automatically"))
    wanted = wanted_items(call, sent.get("items"), customer)
    currency = wanted[0].price["currency"]
    if sent.get("currency") not in (None, currency):
        raise invalid_request(f"The items are in {currency}, not in this currency.", "currency")
    chosen = _chosen_discounts(call, customer, wanted)
    trial_end = chosen_trial_end(call, call.now(customer))
    costs = 0 if trial_end else sum(each.amount for each in wanted)
    _check_payment(call, customer, costs)
    keep_prices(call.account, [each.price for each in wanted])
    subscription = build_subscription(call, customer, wanted, sent, trial_end)
    put_cancellation(subscription, sent, call.now(customer))
    plan_cancellation(call, subscription)
    put_discounts(call, subscription, chosen)
    for coupon, code in chosen:
        redeem(call, coupon, code)
    start_subscription(call, subscription, sent.get("payment_behavior", "allow_incomplete"))
    return subscription


def _chosen_discounts(call: Call, customer: Object, wanted: list[Wanted]) -> list[Chosen]:
    return chosen_discounts(
        call,
        call.sent.get("discounts"),
        "discounts",
        customer=customer,
        currency=wanted[0].price["currency"],
        amount=sum(each.amount for each in wanted),
        products=[each.price["product"] for each in wanted],
    )


def _check_payment(call: Call, customer: Object, costs: int) -> None:
    """Refuse what cannot be paid, before anything is made of it.

    Raises:
        StripeError: 400 without a payment method, 402 with ``error_if_incomplete``.
    """
    behavior = call.sent.get("payment_behavior", "allow_incomplete")
    if behavior == "pending_if_incomplete":
        raise invalid_request(
            "`payment_behavior=pending_if_incomplete` is for changes only, "
            "not for new subscriptions.",
            "payment_behavior",
        )
    sends = call.sent.get("collection_method") == "send_invoice"
    if not costs or sends or behavior == "default_incomplete":
        return
    payer = {
        "customer": customer["id"],
        "default_payment_method": call.sent.get("default_payment_method"),
    }
    if method_of(call.account, payer, customer["id"]) is None:
        raise no_method()
    refusal = expected_refusal(call.account, payer)
    if refusal and behavior == "error_if_incomplete":
        raise refusal


@operation("GET", "/v1/subscriptions/{subscription_exposed_id}")
def get_subscription(call: Call) -> Object:
    """Return a subscription."""
    return call.account.get("subscription", call.ids["subscription_exposed_id"])


@operation(
    "GET",
    "/v1/subscriptions",
    {
        **DATED_PAGE,
        "collection_method": Text(choices=("charge_automatically", "send_invoice")),
        "current_period_end": Moments(),
        "current_period_start": Moments(),
        "customer": Text(),
        "price": Text(),
        "status": Text(choices=STATUSES),
        "test_clock": Text(),
    },
    not_yet=("automatic_tax", "customer_account"),
)
def list_subscriptions(call: Call) -> Object:
    """Return subscriptions, newest first; those that have ended only if they are asked for."""
    things = call.account.of_kind("subscription").values()
    chosen = [thing for thing in things if _fits(thing, call.sent)]
    equal = ("customer", "collection_method", "test_clock")
    return list_kind(call, "subscription", *equal, among=chosen)


def _fits(subscription: Object, sent: dict[str, Any]) -> bool:
    start, end = period_of(subscription)
    prices = [item["price"]["id"] for item in items_of(subscription)]
    return (
        _has_status(subscription, sent.get("status"))
        and within(start, sent.get("current_period_start") or {})
        and within(end, sent.get("current_period_end") or {})
        and sent.get("price") in (None, *prices)
    )


def _has_status(subscription: Object, wanted: str | None) -> bool:
    if wanted is None:
        return bool(subscription["status"] != "canceled")
    if wanted == "ended":
        return not is_live(subscription)
    return wanted in ("all", subscription["status"])


@operation(
    "DELETE",
    "/v1/subscriptions/{subscription_exposed_id}",
    {
        "cancellation_details": CANCELLATION_DETAILS,
        "expand": ListOf(Text()),
        "invoice_now": Boolean(clearable=False),
        "prorate": Boolean(clearable=False),
    },
)
def cancel_subscription(call: Call) -> Object:
    """End a subscription now; its customer may get back what is left of the period."""
    subscription = call.account.get("subscription", call.ids["subscription_exposed_id"])
    if not is_live(subscription):
        raise invalid_request(
            f"The subscription {subscription['id']} has already ended, so it cannot be canceled."
        )
    end_now(
        call,
        subscription,
        call.sent.get("cancellation_details") or {},
        prorates=call.sent.get("prorate", False),
        invoices=call.sent.get("invoice_now", False),
    )
    return subscription


@operation(
    "POST",
    "/v1/subscriptions/{subscription}/resume",
    {"proration_behavior": PRORATION_BEHAVIOR},
    not_yet=("billing_cycle_anchor", "proration_date"),
)
def resume(call: Call) -> Object:
    """Let a paused subscription go on, in a new period that is billed at once."""
    subscription = call.account.get("subscription", call.ids["subscription"])
    if subscription["status"] != "paused":
        raise invalid_request(
            f"Only a paused subscription can be resumed; {subscription['id']} is "
            f"{subscription['status']}."
        )
    resume_subscription(call, subscription)
    return subscription
