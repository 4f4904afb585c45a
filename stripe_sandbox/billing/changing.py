"""Change what a subscription is for, and settle the time already paid for."""

from dataclasses import dataclass
from datetime import UTC, datetime

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.activity import Activity
from stripe_sandbox.billing.amounts import prorated_amount
from stripe_sandbox.billing.collecting import collect_quietly, expected_refusal, finalize_invoice
from stripe_sandbox.billing.invoicing import (
    bill_items,
    cycle_lines,
    described,
    draft_invoice,
    item_lines,
    pending_items,
)
from stripe_sandbox.billing.pending_updates import keep_pending_update
from stripe_sandbox.billing.periods import period_around
from stripe_sandbox.billing.phases import follow_items
from stripe_sandbox.billing.renewing import plan_period
from stripe_sandbox.billing.standing import set_status
from stripe_sandbox.errors import StripeError
from stripe_sandbox.resources.invoice_objects import subscription_parent
from stripe_sandbox.resources.invoiceitem_objects import new_proration
from stripe_sandbox.resources.subscription_objects import (
    items_of,
    period_of,
    put_items,
)

# A change that is not paid for tells first that it was not, then what waits.
ORDER_OF_A_DECLINE = (
    "invoiceitem.created",
    "invoice.created",
    "invoice.finalized",
    "payment_intent.created",
    "charge.failed",
    "payment_intent.payment_failed",
    "payment_intent.requires_action",
    "invoice.payment_action_required",
    "invoice.payment_failed",
    "customer.subscription.updated",
)


@dataclass(frozen=True)
class Change:
    """A subscription as it shall become, and what the change itself bills.

    ``prorations`` are invoice items that nobody knows of yet. ``starts_anew`` is true when
    a new period begins with the change, and is billed at once.
    """

    after: Object
    prorations: list[Object]
    starts_anew: bool
    at: int


def plan_change(
    account: Account,
    subscription: Object,
    items: list[Object],
    *,
    at: int,
    now: int,
    prorates: bool,
    anchor_now: bool = False,
) -> Change:
    """Return what a change of items comes to; nothing is changed.

    A trial goes on in another rhythm too, unless a new period is to begin now.

    Args:
        items: the items as they shall become, without regard to their periods.
        at: the moment up to which the old items count.
        anchor_now: begin a new period, even if the rhythm stays.
    """
    after = dict(subscription)
    old_rhythm = items_of(subscription)[0]["price"]["recurring"]
    new_rhythm = items[0]["price"]["recurring"]
    is_paid_for = subscription["status"] != "trialing"
    starts_anew = anchor_now or (is_paid_for and not _same_rhythm(old_rhythm, new_rhythm))
    period = period_of(subscription)
    if starts_anew:
        after["billing_cycle_anchor"] = now
        put_items(after, items, period_around(now, new_rhythm, now))
    else:
        put_items(after, items, period)
    prorations: list[Object] = []
    if prorates and is_paid_for:
        prorations = _prorations(account, subscription, after, at, charged=not starts_anew)
    return Change(after, prorations, starts_anew, at)


def _same_rhythm(one: Object, other: Object) -> bool:
    return all(one[name] == other[name] for name in ("interval", "interval_count"))


def _prorations(
    account: Account, before: Object, after: Object, at: int, *, charged: bool
) -> list[Object]:
    """Return a credit for each item that changed or went, and a charge for what came."""
    start, end = period_of(before)
    old = {item["id"]: item for item in items_of(before)}
    new = {item["id"]: item for item in items_of(after)}
    remaining, whole = end - at, end - start
    found: list[Object] = []
    for item_id in [*old, *(each for each in new if each not in old)]:
        was, becomes = old.get(item_id), new.get(item_id)
        if was and becomes and charged and _terms(was) == _terms(becomes):
            continue
        if was:
            found.append(_credit(account, before, was, at))
        if becomes and charged:
            amount = prorated_amount(becomes["price"], becomes["quantity"], remaining, whole)
            words = _words(account, becomes, "Remaining time on", at)
            found.append(new_proration(before, becomes, amount, words, (at, end)))
    return found


def unused_time(account: Account, subscription: Object, at: int) -> list[Object]:
    """Return a credit for each item, for what is left of its period; nobody knows of them yet."""
    return [_credit(account, subscription, item, at) for item in items_of(subscription)]


def _credit(account: Account, subscription: Object, item: Object, at: int) -> Object:
    start, end = period_of(subscription)
    # What was taken off when the period was billed is not given back.
    discount = _taken_off(account, subscription, item, (start, end))
    amount = -prorated_amount(item["price"], item["quantity"], end - at, end - start, less=discount)
    words = _words(account, item, "Unused time on", at)
    return new_proration(subscription, item, amount, words, (at, end))


def _taken_off(
    account: Account, subscription: Object, item: Object, period: tuple[int, int]
) -> int:
    """Return what discounts took off the line that billed an item for a period."""
    billed = {"start": period[0], "end": period[1]}
    for invoice in reversed(account.of_kind("invoice").values()):
        parent = (invoice["parent"] or {}).get("subscription_details") or {}
        if parent.get("subscription") != subscription["id"]:
            continue
        for line in invoice["lines"]["data"]:
            details = line["parent"].get("subscription_item_details") or {}
            is_it = details.get("subscription_item") == item["id"] and not details["proration"]
            price = line["pricing"]["price_details"]["price"]
            if is_it and line["period"] == billed and price == item["price"]["id"]:
                return sum(each["amount"] for each in line["discount_amounts"])
    return 0


def _terms(item: Object) -> tuple[str, int]:
    return item["price"]["id"], item["quantity"]


def _words(account: Account, item: Object, beginning: str, at: int) -> str:
    product = account.of_kind("product").get(item["price"]["product"]) or {}
    name = product.get("name", "deleted product")
    many = "" if item["quantity"] == 1 else f"{item['quantity']} × "
    return f"{beginning} {many}{name} after {datetime.fromtimestamp(at, UTC):%d %b %Y}"


def change_subscription(
    activity: Activity,
    subscription: Object,
    change: Change,
    *,
    invoices_now: bool,
    payment_behavior: str,
) -> None:
    """Make a planned change, and collect what it costs as the payment behaviour says.

    Raises:
        StripeError: 402, with ``error_if_incomplete`` only; nothing is changed then.
    """
    if not (change.starts_anew or (invoices_now and change.prorations)):
        _keep_prorations(activity, change)
        _put(activity, subscription, change)
        return
    refusal = _expected_refusal(activity.account, subscription, change)
    if refusal and payment_behavior == "error_if_incomplete":
        raise refusal
    if refusal and payment_behavior == "pending_if_incomplete":
        with activity.told_in_order(*ORDER_OF_A_DECLINE):
            _ask_for_payment_first(activity, subscription, change)
        return
    _keep_prorations(activity, change)
    _put(activity, subscription, change)
    invoice = _invoice(activity, subscription, change)
    if invoice["status"] == "open" and payment_behavior == "default_incomplete":
        set_status(activity, subscription, "past_due")
    elif invoice["status"] == "open":
        collect_quietly(activity, invoice)


def _keep_prorations(activity: Activity, change: Change) -> None:
    for item in change.prorations:
        activity.account.add(item)
        activity.emit("invoiceitem.created", item)


def _put(activity: Activity, subscription: Object, change: Change) -> None:
    before = dict(subscription)
    kept = {name: subscription[name] for name in ("latest_invoice", "pending_update")}
    subscription |= change.after | kept
    activity.emit_updated(subscription, before)
    follow_items(activity, subscription)
    if change.starts_anew:
        plan_period(activity, subscription)


def _invoice(activity: Activity, subscription: Object, change: Change) -> Object:
    """Bill what is pending, and the new period if one begins."""
    lines = cycle_lines(change.after) if change.starts_anew else []
    return bill_pending(activity, subscription, change.at, described(activity.account, lines))


def bill_pending(
    activity: Activity, subscription: Object, at: int, more_lines: list[Object] | None = None
) -> Object:
    """Finalize an invoice over what is pending for a subscription.

    Args:
        at: the moment that time was counted up to.
        more_lines: what is billed besides.
    """
    account, now = activity.account, activity.now(subscription)
    customer = account.get("customer", subscription["customer"])
    pending = pending_items(account, customer["id"], subscription)
    lines = item_lines(account, pending) + (more_lines or [])
    terms = {
        "billing_reason": "subscription_update",
        "parent": subscription_parent(subscription, at),
        "period_end": now,
        "period_start": now,
    }
    invoice = draft_invoice(activity, customer, lines, terms, subscription)
    bill_items(pending, invoice)
    finalize_invoice(activity, invoice)
    return invoice


def _ask_for_payment_first(activity: Activity, subscription: Object, change: Change) -> None:
    _keep_prorations(activity, change)
    invoice = _invoice(activity, subscription, change)
    if invoice["status"] == "paid":  # it came to nothing, so there is nothing to wait for
        _put(activity, subscription, change)
        return
    keep_pending_update(activity, subscription, invoice, change.after)
    collect_quietly(activity, invoice)


def _expected_refusal(account: Account, subscription: Object, change: Change) -> StripeError | None:
    """Return how the charge for a change would be refused; a change for nothing is not."""
    lines = cycle_lines(change.after) if change.starts_anew else []
    cost = sum(each["amount"] for each in [*change.prorations, *lines])
    return expected_refusal(account, subscription) if cost > 0 else None
