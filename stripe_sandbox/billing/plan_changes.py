"""Change a plan as the portal does: foretell what is due, then make it, or ask the bank."""

from dataclasses import dataclass, replace

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.activity import Activity
from stripe_sandbox.billing.amounts import full_amount
from stripe_sandbox.billing.changing import Change, change_subscription, plan_change
from stripe_sandbox.billing.collecting import expected_refusal, intent_of
from stripe_sandbox.billing.invoicing import cycle_lines, described, item_lines, pending_items
from stripe_sandbox.billing.pending_updates import give_up_pending_update
from stripe_sandbox.billing.previewing import (
    preview_invoice,
    subscription_terms,
    upcoming_invoice,
)
from stripe_sandbox.payments.cards import card_of
from stripe_sandbox.payments.charging import is_set_up
from stripe_sandbox.resources.subscription_objects import items_of, method_of


@dataclass(frozen=True)
class PlannedChange:
    """A change that nobody made yet, and what it costs.

    ``today`` is the invoice that it makes due at once, if it makes one; ``later`` is that of the
    next renewal.
    """

    change: Change
    invoices_now: bool
    today: Object | None
    later: Object

    @property
    def due(self) -> int:
        """What is charged at once, in cents."""
        return int(self.today["amount_due"]) if self.today else 0

    @property
    def credit(self) -> int:
        """What is owed to the customer after it, in cents, and kept in the balance."""
        return max(0, -int(self.today["ending_balance"])) if self.today else 0

    @property
    def settles_later(self) -> bool:
        """Whether the next renewal settles the time until then."""
        return self.today is None and bool(self.change.prorations)

    @property
    def later_is_ordinary(self) -> bool:
        """Whether the next renewal costs what the new plan costs."""
        items = items_of(self.change.after)
        ordinary = sum(full_amount(item["price"], item["quantity"]) for item in items)
        return bool(self.later["total"] == ordinary)


def plan_portal_change(
    account: Account, subscription: Object, items: list[Object], rules: Object, *, at: int, now: int
) -> PlannedChange:
    """Return what a change of items comes to under a configuration; nothing is changed.

    Args:
        rules: the configuration's ``subscription_update`` feature.
        at: the moment up to which the old plan counts.
    """
    ends_trial = (
        subscription["status"] == "trialing" and rules["trial_update_behavior"] == "end_trial"
    )
    change = plan_change(
        account,
        subscription,
        items,
        at=at,
        now=now,
        prorates=rules["proration_behavior"] != "none",
        anchor_now=ends_trial or rules["billing_cycle_anchor"] == "now",
    )
    if ends_trial:
        change = replace(change, after=change.after | {"status": "active", "trial_end": now})
    invoices_now = rules["proration_behavior"] == "always_invoice" or change.starts_anew
    prorated = item_lines(account, change.prorations)
    today = due_today(account, subscription, change, now) if invoices_now else None
    later = upcoming_invoice(
        account,
        change.after,
        now,
        [] if invoices_now else prorated,
        recurring_only=invoices_now,
    )
    return PlannedChange(change, invoices_now, today, later)


def due_today(
    account: Account,
    subscription: Object,
    change: Change,
    now: int,
    *,
    reason: str = "subscription_update",
    more_lines: list[Object] | None = None,
) -> Object:
    """Return the invoice that a change makes due at once; nothing is changed."""
    customer = account.get("customer", subscription["customer"])
    pending = pending_items(account, customer["id"], subscription)
    lines = item_lines(account, pending + change.prorations) + (more_lines or [])
    whole = cycle_lines(change.after) if change.starts_anew else []
    terms = subscription_terms(change.after, reason, change.at)
    return preview_invoice(account, customer, lines + described(account, whole), terms, now)


def make_portal_change(
    activity: Activity, subscription: Object, planned: PlannedChange
) -> Object | None:
    """Make a planned change, if its charge is paid; return the intent that waits for 3-D Secure.

    While one waits, the change is the subscription's pending update.

    Raises:
        StripeError: 402 when the card declines, 400 without one; nothing is changed.
    """
    account, asks = activity.account, False
    if planned.due:
        asks = _asks(account, subscription)
        refusal = None if asks else expected_refusal(account, subscription)
        if refusal:
            raise refusal
    if subscription["pending_update"]:
        give_up_pending_update(activity, subscription)
    change_subscription(
        activity,
        subscription,
        planned.change,
        invoices_now=planned.invoices_now,
        payment_behavior="pending_if_incomplete" if asks else "allow_incomplete",
    )
    return waiting_intent(account, subscription)


def _asks(account: Account, subscription: Object) -> bool:
    """Tell whether the bank of the card that is charged wants to ask its owner first."""
    method = method_of(account, subscription, subscription["customer"])
    return method is not None and card_of(account, method).asks(
        is_set_up=is_set_up(account, method)
    )


def waiting_intent(account: Account, subscription: Object) -> Object | None:
    """Return the intent that a subscription's pending update waits for, while the bank asks."""
    invoice_id = account.details_of(subscription["id"]).get("pending_invoice", "")
    invoice = account.of_kind("invoice").get(invoice_id)
    intent = invoice and intent_of(account, invoice)
    return intent if intent and intent["status"] == "requires_action" else None
