"""``/v1/invoices/create_preview``: what a renewal, a change or a new subscription will cost."""

from typing import Any

from stripe_sandbox.accounts import Object
from stripe_sandbox.billing.changing import plan_change, unused_time
from stripe_sandbox.billing.invoicing import cycle_lines, described, item_lines, pending_items
from stripe_sandbox.billing.periods import period_around
from stripe_sandbox.billing.plan_changes import due_today
from stripe_sandbox.billing.previewing import (
    preview_invoice,
    subscription_terms,
    upcoming_invoice,
)
from stripe_sandbox.errors import StripeError, invalid_request, missing, not_in_sandbox
from stripe_sandbox.metadata import merged_metadata
from stripe_sandbox.operations import Call, operation
from stripe_sandbox.parameters import Boolean, Currency, Integer, ListOf, NotYet, Record, Text
from stripe_sandbox.resources.invoice_parameters import ITEM_TERMS
from stripe_sandbox.resources.invoice_terms import make_previewed_discounts, wanted_discounts
from stripe_sandbox.resources.invoiceitem_amounts import (
    PRICE_DATA,
    SignedDecimal,
    cost_of,
    name_of,
)
from stripe_sandbox.resources.invoiceitem_objects import new_invoice_item
from stripe_sandbox.resources.item_choices import CHANGED_ITEMS, changed_items, wanted_items
from stripe_sandbox.resources.subscription_changes import check_proration_date
from stripe_sandbox.resources.subscription_objects import (
    is_live,
    new_item,
    new_subscription,
    period_of,
    put_items,
    rhythm_of,
)
from stripe_sandbox.resources.subscription_parameters import (
    DISCOUNTS,
    PERIOD_ENDS,
    PRORATION_BEHAVIOR,
    FlexibleMode,
    MomentOr,
)

DETAILS = "subscription_details"
EXTRA_ITEM = Record(
    {
        **{name: ITEM_TERMS[name] for name in ITEM_TERMS if name != "discounts"},
        **{
            name: NotYet()
            for name in (
                "discounts",
                "invoiceitem",
                "quantity_decimal",
                "tax_behavior",
                "tax_code",
                "tax_rates",
            )
        },
        "currency": Currency(clearable=False),
        "price": Text(clearable=False),
        "price_data": PRICE_DATA,
        "unit_amount": Integer(clearable=False),
        "unit_amount_decimal": SignedDecimal(clearable=False),
    }
)
SUBSCRIPTION_DETAILS = Record(
    {
        "billing_cycle_anchor": MomentOr("now", "unchanged"),
        "billing_mode": FlexibleMode(),
        "billing_schedules": NotYet(),
        "cancel_at": MomentOr(*PERIOD_ENDS, clearable=True),
        "cancel_at_period_end": Boolean(clearable=False),
        "cancel_now": Boolean(clearable=False),
        "default_tax_rates": NotYet(),
        "items": CHANGED_ITEMS,
        "metadata": NotYet(),
        "proration_behavior": PRORATION_BEHAVIOR,
        "proration_date": Integer(clearable=False),
        "resume_at": NotYet(),
        "start_date": NotYet(),
        "trial_end": MomentOr("now"),
    }
)


@operation(
    "POST",
    "/v1/invoices/create_preview",
    {
        "currency": Currency(clearable=False),
        "customer": Text(clearable=False),
        "discounts": DISCOUNTS,
        "invoice_items": ListOf(EXTRA_ITEM, most=250),
        "preview_mode": Text(choices=("next", "recurring"), clearable=False),
        "subscription": Text(clearable=False),
        "subscription_details": SUBSCRIPTION_DETAILS,
    },
    not_yet=(
        "automatic_tax",
        "customer_account",
        "customer_details",
        "issuer",
        "on_behalf_of",
        "schedule",
        "schedule_details",
    ),
)
def create_preview(call: Call) -> Object:
    """Return an invoice that nobody owes yet; nothing is made or changed."""
    details = call.sent.get(DETAILS) or {}
    subscription = _subscription(call, details)
    if subscription is None:
        return _of_a_new_one(call, details)
    customer = call.account.get("customer", subscription["customer"], "customer")
    subscription = _with_discounts(call, customer, subscription)
    extra = _extra_lines(call, customer, subscription["currency"])
    if details.get("cancel_now"):
        return _of_an_end(call, customer, subscription, details, extra)
    if _will_end(call, subscription, details):
        raise _none_upcoming()
    return _of_a_change(call, subscription, details, extra)


def _subscription(call: Call, details: Object) -> Object | None:
    """Return a copy of the subscription that is meant; none for one that would be new."""
    account, sent = call.account, call.sent
    if sent.get("subscription"):
        subscription = account.get("subscription", sent["subscription"], "subscription")
        if sent.get("customer") not in (None, subscription["customer"]):
            raise invalid_request(
                f"The subscription {subscription['id']} is not of this customer.", "customer"
            )
        if not is_live(subscription):
            raise _none_upcoming()
        return dict(subscription)
    if not sent.get("customer"):
        raise missing("customer")
    customer = account.get("customer", sent["customer"], "customer")
    if details.get("items"):
        return None
    own: list[Object] = [
        subscription
        for subscription in account.of_kind("subscription").values()
        if subscription["customer"] == customer["id"] and is_live(subscription)
    ]
    if not own:
        raise _none_upcoming()
    soonest: Object = min(own, key=_end_of)
    return dict(soonest)


def _end_of(subscription: Object) -> int:
    return period_of(subscription)[1]


def _none_upcoming() -> StripeError:
    return StripeError(
        404,
        "There is no upcoming invoice to preview: no subscription goes on, and nothing pends.",
        code="invoice_upcoming_none",
    )


def _with_discounts(call: Call, customer: Object, subscription: Object) -> Object:
    """Return the subscription with the discounts that were sent, if any were."""
    if "discounts" not in call.sent:
        return subscription
    had = subscription["discounts"]
    kept, chosen = wanted_discounts(call, customer, subscription["currency"], had=had)
    return subscription | {"discounts": kept + make_previewed_discounts(call, customer, chosen)}


def _extra_lines(call: Call, customer: Object, currency: str) -> list[Object]:
    """Return the lines of items that were sent along, of which nothing is kept."""
    items = []
    for at, sent in enumerate(call.sent.get("invoice_items") or []):
        param = f"invoice_items[{at}]"
        cost = cost_of(call, sent, currency, param)
        if cost is None:
            raise missing(f"{param}[amount]")
        if cost.currency != currency:
            raise invalid_request(f"The invoice will be in {currency}.", f"{param}[currency]")
        terms = cost.attributes() | {
            "description": sent.get("description") or name_of(call.account, cost.price),
            "discountable": sent.get("discountable", cost.amount >= 0),
            "metadata": merged_metadata({}, sent.get("metadata")),
        }
        items.append(new_invoice_item(customer, terms, call.now(customer)))
    return item_lines(call.account, items)


def _will_end(call: Call, subscription: Object, details: Object) -> bool:
    """Tell whether no renewal follows the current period."""
    end = period_of(subscription)[1]
    if "cancel_at_period_end" in details or "cancel_at" in details:
        chosen = end if details.get("cancel_at_period_end") else details.get("cancel_at")
        chosen = end if chosen in PERIOD_ENDS else chosen
    else:
        chosen = subscription["cancel_at"]
    asks_for_more = details.get("items") or call.sent.get("invoice_items")
    return chosen is not None and chosen <= end and not asks_for_more


def _of_a_new_one(call: Call, details: Object) -> Object:
    """Preview the first invoice of a subscription that would begin now."""
    if details.get("trial_end") not in (None, "now"):
        raise not_in_sandbox(f"{DETAILS}[trial_end]")
    account = call.account
    customer = account.get("customer", call.sent["customer"], "customer")
    wanted = wanted_items(call, details["items"], customer, f"{DETAILS}[items]")
    now = call.now(customer)
    subscription = new_subscription(customer, {}, now)
    items = [
        new_item(subscription["id"], each.price, each.quantity, each.metadata, now)
        for each in wanted
    ]
    put_items(subscription, items)
    put_items(subscription, items, period_around(now, rhythm_of(subscription), now))
    subscription = _with_discounts(call, customer, subscription)
    pending = item_lines(account, pending_items(account, customer["id"], None))
    extra = _extra_lines(call, customer, subscription["currency"])
    lines = pending + extra + described(account, cycle_lines(subscription))
    terms = subscription_terms(subscription, "upcoming") | {"parent": None}
    return preview_invoice(account, customer, lines, terms, now)


def _of_an_end(
    call: Call, customer: Object, subscription: Object, details: Object, extra: list[Object]
) -> Object:
    """Preview the last invoice of a subscription that would be cancelled now."""
    account, at = call.account, _proration_date(call, subscription, details)
    unused: list[Object] = []
    if details.get("proration_behavior", "create_prorations") != "none":
        unused = unused_time(account, subscription, at)
    pending = pending_items(account, customer["id"], subscription)
    lines = item_lines(account, pending + unused) + extra
    terms = subscription_terms(subscription, "upcoming", at)
    return preview_invoice(account, customer, lines, terms, call.now(customer))


def _of_a_change(call: Call, subscription: Object, details: Object, extra: list[Object]) -> Object:
    """Preview what is billed next if a subscription changes so, or stays as it is."""
    account, now = call.account, call.now(subscription)
    behavior = details.get("proration_behavior", "create_prorations")
    change = plan_change(
        account,
        subscription,
        changed_items(call, subscription, details.get("items"), f"{DETAILS}[items]"),
        at=_proration_date(call, subscription, details),
        now=now,
        prorates=behavior != "none",
        anchor_now=_begins_now(subscription, details),
    )
    recurring_only = call.sent.get("preview_mode") == "recurring"
    due_now = change.starts_anew or (behavior == "always_invoice" and bool(change.prorations))
    if due_now and not recurring_only:
        return due_today(account, subscription, change, now, reason="upcoming", more_lines=extra)
    later = [*item_lines(account, change.prorations), *extra]
    return upcoming_invoice(account, change.after, now, later, recurring_only=recurring_only)


def _begins_now(subscription: Object, details: Object) -> bool:
    anchor: Any = details.get("billing_cycle_anchor")
    if isinstance(anchor, int):
        raise not_in_sandbox(f"{DETAILS}[billing_cycle_anchor]")
    end = details.get("trial_end")
    if end not in (None, "now"):
        raise not_in_sandbox(f"{DETAILS}[trial_end]")
    return anchor == "now" or (end == "now" and subscription["status"] == "trialing")


def _proration_date(call: Call, subscription: Object, details: Object) -> int:
    at = details.get("proration_date")
    check_proration_date(subscription, at, f"{DETAILS}[proration_date]")
    return call.now(subscription) if at is None else int(at)
