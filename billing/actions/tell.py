"""Tell customers what happened to their plans and payments: written now, mailed by a job."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from billing.models import Invoice, MailPreferences, PackageVersion, Subscription
from billing.models.subscription import BEGUN, OVERDUE
from creditsite.kernel import clock
from wallet.models import EventKind, Wallet, WalletEvent


@dataclass(frozen=True)
class Standing:
    """How a subscription stood, as far as customers are told of changes."""

    status: str
    version_id: int
    package: str
    next_version_id: int | None
    cancels_at: datetime | None

    @classmethod
    def of(cls, subscription: Subscription) -> Standing:
        return cls(
            subscription.status,
            subscription.version_id,
            subscription.version.package.name,
            subscription.next_version_id,
            subscription.cancels_at,
        )


def set_mail_preferences(
    *, wallet: Wallet, receipts: bool, renewals: bool, changes: bool
) -> MailPreferences:
    """Keep which mails a customer wants."""
    chosen = {"receipts": receipts, "renewals": renewals, "changes": changes}
    return MailPreferences.objects.update_or_create(wallet=wallet, defaults=chosen)[0]


def tell_customer(*, wallet: Wallet, kind: EventKind, data: dict[str, Any]) -> None:
    """Write what happened, in the transaction that made it happen; moments as text."""
    told = {
        name: each.astimezone(UTC).isoformat() if isinstance(each, datetime) else each
        for name, each in data.items()
    }
    WalletEvent.objects.create(wallet=wallet, kind=kind, data=told, created_at=clock.now())


def tell_of_change(*, before: Standing, subscription: Subscription) -> None:
    """Tell a customer what is new about a subscription since it stood as `before`."""
    if before.status not in BEGUN:
        return
    for kind, more in _news(before, subscription):
        data = {"subscription": str(subscription.pk), "package": subscription.version.package.name}
        tell_customer(wallet=subscription.wallet, kind=kind, data=data | more)


def _news(before: Standing, subscription: Subscription) -> list[tuple[EventKind, dict[str, Any]]]:
    if subscription.ended_at:
        if before.status == subscription.status:
            return []
        unpaid = before.status in OVERDUE
        more = {"ended_at": subscription.ended_at, "is_unpaid": unpaid}
        return [(EventKind.SUBSCRIPTION_ENDED, more)]
    found: list[tuple[EventKind, dict[str, Any]]] = []
    if before.status in OVERDUE and not subscription.is_overdue:
        found.append((EventKind.SUBSCRIPTION_RECOVERED, {}))
    if subscription.version_id != before.version_id:
        more = {"old_package": before.package, **terms_of(subscription.version)}
        found.append((EventKind.SUBSCRIPTION_CHANGED, more))
    planned = subscription.next_version
    if planned and planned.pk != before.next_version_id and subscription.has_planned_change:
        more = {"next": terms_of(planned), "from": subscription.period_end}
        found.append((EventKind.SUBSCRIPTION_CHANGE_PLANNED, more))
    if subscription.cancels_at and not before.cancels_at:
        more = {"ends_at": subscription.cancels_at}
        found.append((EventKind.SUBSCRIPTION_CANCELLED, more))
    if before.cancels_at and not subscription.cancels_at:
        more = {"renews_at": subscription.period_end}
        found.append((EventKind.SUBSCRIPTION_RESUMED, more))
    return found


def tell_of_invoice(*, invoice: Invoice, was_paid: bool, attempts_before: int) -> None:
    """Tell a customer that an invoice is paid now, or that it could not be charged."""
    data = {
        "invoice": invoice.stripe_id,
        "number": invoice.number,
        "label": invoice.label,
        "total_cents": invoice.total_cents,
        "currency": invoice.currency,
        "page_url": invoice.page_url,
    }
    if invoice.is_paid and not was_paid and invoice.total_cents:
        tell_customer(wallet=invoice.wallet, kind=EventKind.INVOICE_PAID, data=data)
    elif invoice.is_open and invoice.attempts > attempts_before:
        data["next_attempt_at"] = invoice.next_attempt_at
        tell_customer(wallet=invoice.wallet, kind=EventKind.INVOICE_PAYMENT_FAILED, data=data)


def terms_of(version: PackageVersion) -> dict[str, Any]:
    """Return terms as events tell them."""
    return {
        "package": version.package.name,
        "price_cents": version.price_cents,
        "currency": version.currency,
        "interval": version.interval,
        "credits": str(version.credits),
    }
