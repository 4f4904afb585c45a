"""Begin a subscription: its first period, its first invoice, and what is planned for it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from stripe_sandbox.accounts import Object
from stripe_sandbox.activity import Activity
from stripe_sandbox.agenda import job
from stripe_sandbox.billing import jobs
from stripe_sandbox.billing.amounts import full_amount
from stripe_sandbox.billing.collecting import (
    collect_invoice,
    collect_quietly,
    finalize_invoice,
)
from stripe_sandbox.billing.invoicing import (
    bill_items,
    cycle_lines,
    described,
    draft_invoice,
    item_lines,
    pending_items,
)
from stripe_sandbox.billing.pending_updates import void_invoice
from stripe_sandbox.billing.periods import period_around
from stripe_sandbox.billing.renewing import plan_period
from stripe_sandbox.billing.standing import end_schedule, open_invoices
from stripe_sandbox.billing.subscription_discounts import drop_used_discounts
from stripe_sandbox.resources.subscription_objects import (
    new_item,
    new_subscription,
    put_items,
    rhythm_of,
)

# A first invoice can be paid for a day, less an hour.
PATIENCE = 23 * 3600


@dataclass(frozen=True)
class Wanted:
    """One item to subscribe to."""

    price: Object
    quantity: int = 1
    metadata: Object = field(default_factory=dict)

    @property
    def amount(self) -> int:
        """What it costs for a whole period, in cents."""
        return full_amount(self.price, self.quantity)


def build_subscription(
    activity: Activity,
    customer: Object,
    wanted: Sequence[Wanted],
    sent: Object,
    trial_end: int | None = None,
) -> Object:
    """Make a subscription in its first period, without telling anybody or billing it yet."""
    now = activity.now(customer)
    subscription = activity.account.add(new_subscription(customer, sent, now))
    items = [
        new_item(subscription["id"], each.price, each.quantity, each.metadata, now)
        for each in wanted
    ]
    put_items(subscription, items)
    period = (now, trial_end) if trial_end else period_around(now, rhythm_of(subscription), now)
    put_items(subscription, items, period)
    if trial_end:
        subscription |= {
            "billing_cycle_anchor": trial_end,
            "status": "trialing",
            "trial_end": trial_end,
            "trial_start": now,
        }
    return subscription


def draft_first_invoice(activity: Activity, subscription: Object, pending: list[Object]) -> Object:
    """Draft the invoice for the first period; a trial's asks for nothing.

    Args:
        pending: invoice items that are billed with it.
    """
    account, now = activity.account, activity.now(subscription)
    customer = account.get("customer", subscription["customer"])
    lines = cycle_lines(subscription)
    if subscription["status"] == "trialing":
        lines = [_free(line) for line in lines]
    invoice = draft_invoice(
        activity,
        customer,
        described(account, lines) + item_lines(account, pending),
        {"billing_reason": "subscription_create", "period_end": now, "period_start": now},
        subscription,
    )
    bill_items(pending, invoice)
    if invoice["subtotal"]:
        drop_used_discounts(activity, subscription)
    return invoice


def _free(line: Object) -> Object:
    return line | {"amount": 0, "subtotal": 0, "description": "Trial period"}


def start_subscription(
    activity: Activity, subscription: Object, payment_behavior: str = "allow_incomplete"
) -> None:
    """Tell of a subscription that was built, bill it, and plan what comes.

    Raises:
        StripeError: 402, with ``error_if_incomplete`` only.
    """
    customer = activity.account.get("customer", subscription["customer"])
    before = dict(customer)
    customer["currency"] = subscription["currency"]
    activity.emit_updated(customer, before)
    sends_invoices = subscription["collection_method"] == "send_invoice"
    if sends_invoices and subscription["status"] == "incomplete":
        subscription["status"] = "active"
    activity.emit("customer.subscription.created", subscription)
    pending = pending_items(activity.account, subscription["customer"], subscription)
    invoice = draft_first_invoice(activity, subscription, pending)
    finalize_invoice(activity, invoice)
    if invoice["status"] == "open" and not sends_invoices:
        if payment_behavior == "error_if_incomplete":
            collect_invoice(activity, invoice)
        elif payment_behavior != "default_incomplete":
            collect_quietly(activity, invoice)
    plan_period(activity, subscription)
    if subscription["status"] == "incomplete":
        activity.plan_in(PATIENCE, jobs.EXPIRE_INCOMPLETE, subscription)


def start_paid_subscription(
    activity: Activity, subscription: Object, sold_besides: list[Object], intent: Object | None
) -> Object:
    """Tell of a subscription whose first invoice was paid before it was built; return that.

    What else is pending for its customer waits for the next invoice, since nobody was shown it.

    Args:
        sold_besides: invoice items that were paid with it.
        intent: has paid what the invoice asks for; none when that is nothing.
    """
    invoice = draft_first_invoice(activity, subscription, sold_besides)
    finalize_invoice(activity, invoice, paid_by=intent)
    activity.emit("customer.subscription.created", subscription)
    plan_period(activity, subscription)
    return invoice


@job(jobs.EXPIRE_INCOMPLETE)
def expire_incomplete(activity: Activity, subscription_id: str) -> None:
    """Give up a subscription whose first invoice was not paid in time."""
    subscription = activity.account.of_kind("subscription").get(subscription_id)
    if subscription is None or subscription["status"] != "incomplete":
        return
    for invoice in open_invoices(activity.account, subscription):
        void_invoice(activity, invoice)
    before = dict(subscription)
    now = activity.now(subscription)
    subscription |= {"status": "incomplete_expired", "ended_at": now, "canceled_at": now}
    end_schedule(activity, subscription, aborted=True)
    activity.emit_updated(subscription, before)
