"""Invoices that nobody owes yet: what a renewal or a change will cost."""

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.billing.invoicing import (
    add_up,
    balance_after,
    cycle_lines,
    described,
    item_lines,
    pending_items,
)
from stripe_sandbox.billing.periods import period_around
from stripe_sandbox.billing.phases import items_at
from stripe_sandbox.pagination import first_page
from stripe_sandbox.resources.invoice_objects import new_invoice, subscription_parent
from stripe_sandbox.resources.subscription_objects import (
    period_of,
    put_items,
    rhythm_of,
)


def preview_invoice(
    account: Account,
    customer: Object,
    lines: list[Object],
    terms: Object,
    now: int,
) -> Object:
    """Return an invoice that is kept nowhere."""
    invoice = new_invoice(customer, terms, now)
    invoice["id"] = "upcoming_" + invoice["id"]
    for line in lines:
        line["invoice"] = invoice["id"]
    add_up(account, invoice, lines)
    invoice["lines"] = first_page(lines, f"/v1/invoices/{invoice['id']}/lines")
    invoice["ending_balance"] = balance_after(invoice)
    return invoice


def subscription_terms(
    subscription: Object, reason: str, proration_date: int | None = None
) -> Object:
    """Return the terms that a previewed invoice takes from its subscription."""
    return {
        "billing_reason": reason,
        "collection_method": subscription["collection_method"],
        "currency": subscription["currency"],
        "discounts": list(subscription["discounts"]),
        "parent": subscription_parent(subscription, proration_date),
    }


def upcoming_invoice(
    account: Account,
    subscription: Object,
    now: int,
    more_lines: list[Object] | None = None,
    *,
    recurring_only: bool = False,
) -> Object:
    """Return the invoice of the next renewal.

    Args:
        more_lines: lines of a change that was not made.
        recurring_only: leave out what is pending and was not made by the renewal itself.
    """
    customer = account.get("customer", subscription["customer"])
    start, end = period_of(subscription)
    later = dict(subscription)
    put_items(later, items_at(account, subscription, end))
    changes_rhythm = rhythm_of(later) != rhythm_of(subscription)
    anchor = end if changes_rhythm else subscription["billing_cycle_anchor"]
    period = period_around(anchor, rhythm_of(later), end)
    lines = described(account, cycle_lines(later, period))
    if not recurring_only:
        pending = pending_items(account, customer["id"], subscription)
        lines = item_lines(account, pending) + (more_lines or []) + lines
    terms = subscription_terms(subscription, "upcoming") | {
        "next_payment_attempt": end + 3600,
        "period_end": end,
        "period_start": start,
    }
    return preview_invoice(account, customer, lines, terms, now) | {"created": end}
