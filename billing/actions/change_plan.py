"""Change what a subscription is for: better terms at once, others with the next period."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum

from billing import gateway
from billing.actions.packages import see_the_plans, version_on_sale
from billing.actions.publish import price_version
from billing.actions.refresh import refresh_subscription
from billing.actions.running import ask_how_it_runs
from billing.actions.upgrades import upgrade_credits
from billing.errors import (
    PlanUnchanged,
    StripeObjectMissing,
    SubscriptionCancelling,
    SubscriptionOverdue,
)
from billing.gateway import StripeSubscription
from billing.models import PackageVersion, Subscription
from creditsite.kernel.credits import ZERO


class ChangeTime(Enum):
    """When a change of plan takes effect."""

    NOW = "now"
    NEXT_PERIOD = "next_period"
    # It only takes back a change that is planned.
    NEVER = "never"


@dataclass(frozen=True)
class PlanChange:
    """What a change comes to. Money and credits of now are zero unless it takes effect now.

    `due_cents` is charged now: `rest_cents` for the rest of the period on the new terms, less
    what was not used of the old (`unused_cents`, negative). `credits` come on top now.
    `previewed_at` is Stripe's time; a change made for it bills exactly this.
    """

    current: PackageVersion
    version: PackageVersion
    time: ChangeTime
    takes_effect_at: datetime
    previewed_at: datetime | None = None
    unused_cents: int = 0
    rest_cents: int = 0
    due_cents: int = 0
    credits: Decimal = ZERO


def preview_plan_change(*, subscription: Subscription, package: str) -> PlanChange:
    """Return what changing to the package with this slug comes to; nothing is changed.

    Not for use inside a transaction. Raises `SubscriptionNotRunning`, `SubscriptionOverdue`,
    `SubscriptionCancelling`, `PackageNotFound`, `PackageNotOnSale`, `PlanUnchanged`,
    `StripeUnavailable`, `StripeRefused`.
    """
    row, told = _changeable(subscription)
    return _preview(row, told, _target(row, package))


def change_plan(
    *, subscription: Subscription, package: str, previewed_at: datetime | None = None
) -> Subscription:
    """Change to the package with this slug, as `preview_plan_change` tells.

    Better terms hold at once and are charged for the rest of the period; where the charge does
    not succeed the change waits for its invoice to be paid, for a day. Other terms hold from
    the next period on. The current package takes back what is planned. A repetition for the
    same `previewed_at` changes nothing more.

    Not for use inside a transaction. Raises as `preview_plan_change` does, and
    `PreviewOutdated`.
    """
    row, told = _changeable(subscription)
    version = _target(row, package)
    time = _time_of(row, version)
    if time is ChangeTime.NEXT_PERIOD:
        price = price_version(version=version).stripe_id
        gateway.schedule_price(told, price_id=price, interval=version.interval)
        return refresh_subscription(stripe_id=told.id)[0]
    take_back_planned_change(told)
    if time is ChangeTime.NOW:
        price = price_version(version=version).stripe_id
        at = previewed_at or gateway.preview_change(told, price_id=price).at
        key = f"change:{row.pk}:{price}:{at.timestamp():.0f}"
        gateway.change_price(told, price_id=price, at=at, key=key)
    return refresh_subscription(stripe_id=told.id)[0]


def take_back_planned_change(told: StripeSubscription) -> None:
    """Give up what is planned for the next period, or waits for a payment."""
    if told.schedule_id:
        # It may have come to its end since it was looked at.
        with suppress(StripeObjectMissing):
            gateway.release_schedule(told.schedule_id)
    if told.waiting_price_id and told.latest_invoice and told.latest_invoice.is_open:
        gateway.void_invoice(told.latest_invoice.id)


def _changeable(subscription: Subscription) -> tuple[Subscription, StripeSubscription]:
    row, told = ask_how_it_runs(subscription)
    if row.is_overdue:
        raise SubscriptionOverdue(
            "Pay what is open first; then the plan can be changed.",
            next_step=see_the_plans(),
            pay_url=row.pay_url,
        )
    if row.is_cancelling:
        raise SubscriptionCancelling("Resume it first; then change it.", next_step=see_the_plans())
    return row, told


def _target(row: Subscription, package: str) -> PackageVersion:
    if package != row.version.package.slug:
        return version_on_sale(customer=row.wallet.customer, slug=package)
    if not row.has_planned_change:
        raise PlanUnchanged(
            f"Nothing is changed: you have {row.version.package.name}.", next_step=see_the_plans()
        )
    return row.version


def _time_of(row: Subscription, version: PackageVersion) -> ChangeTime:
    current = row.version
    if version.pk == current.pk:
        return ChangeTime.NEVER
    is_better = version.price_cents > current.price_cents and version.credits >= current.credits
    if is_better and version.interval == current.interval:
        return ChangeTime.NOW
    return ChangeTime.NEXT_PERIOD


def _preview(row: Subscription, told: StripeSubscription, version: PackageVersion) -> PlanChange:
    time = _time_of(row, version)
    if time is not ChangeTime.NOW:
        return PlanChange(row.version, version, time, takes_effect_at=told.period_end)
    price = price_version(version=version).stripe_id
    billed = gateway.preview_change(told, price_id=price)
    more = version.credits - row.version.credits
    return PlanChange(
        row.version,
        version,
        time,
        takes_effect_at=billed.at,
        previewed_at=billed.at,
        unused_cents=billed.unused_cents,
        rest_cents=billed.rest_cents,
        due_cents=billed.due_cents,
        credits=upgrade_credits(
            [(more, told.period_end - billed.at)], period=told.period_end - told.period_start
        ),
    )
