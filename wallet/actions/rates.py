"""Add services and price them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from creditsite.kernel import clock
from creditsite.kernel.credits import ZERO
from wallet.actions.outcomes import require_credits
from wallet.errors import (
    RateInThePast,
    RateMomentTaken,
    RateUnchanged,
    ServiceStatusUnchanged,
)
from wallet.models import Service, ServiceRate, ServiceStatus


@transaction.atomic
def add_service(
    *,
    slug: str,
    name: str,
    unit: str,
    credits_per_unit: Decimal,
    description: str = "",
    minimum_credits: Decimal = ZERO,
    effective_at: datetime | None = None,
) -> Service:
    """Add a service with its first rate, in force from `effective_at` (default: now); one with
    this slug stays as it is.

    Raises `CreditsOutOfRange`.
    """
    service, added = Service.objects.get_or_create(
        slug=slug, defaults={"name": name, "description": description}
    )
    if added:
        publish_rate(
            service=service,
            credits_per_unit=credits_per_unit,
            unit=unit,
            minimum_credits=minimum_credits,
            effective_at=effective_at,
        )
    return service


@transaction.atomic
def publish_rate(
    *,
    service: Service,
    credits_per_unit: Decimal,
    unit: str = "",
    minimum_credits: Decimal = ZERO,
    effective_at: datetime | None = None,
) -> ServiceRate:
    """Give the service a new price version, in force from `effective_at` (default: now).

    A spend costs `quantity × credits_per_unit`, and `minimum_credits` at least. Without a `unit`
    it is that of the newest version. Earlier versions stay as they are; spends are priced by the
    version of their moment.

    Raises `CreditsOutOfRange`, `RateInThePast` (what was spent since was priced already; a first
    price may begin at any moment), `RateMomentTaken`, and `RateUnchanged` where the service
    costs that at that moment anyway.
    """
    rate = ServiceRate(
        credits_per_unit=require_credits(credits_per_unit),
        minimum_credits=require_credits(minimum_credits) if minimum_credits else ZERO,
    )
    # Of two at once the second sees the first.
    rate.service = Service.objects.select_for_update(no_key=True).get(pk=service.pk)
    now = clock.now()
    if effective_at and effective_at < now and service.rates.exists():
        raise RateInThePast("Choose a moment that is still to come, or none for now.")
    rate.effective_at = effective_at or now
    rate.unit = unit or _newest_unit(service)
    earlier = service.rates.filter(effective_at__lte=rate.effective_at).first()
    if earlier and _price_of(earlier) == _price_of(rate):
        raise RateUnchanged(f"{service.name} costs that from {earlier.effective_at:%d %b %Y} on.")
    if earlier and earlier.effective_at == rate.effective_at:
        raise RateMomentTaken("Another price begins then. Choose another moment.")
    rate.save(force_insert=True)
    return rate


@transaction.atomic
def describe_service(*, service: Service, name: str, description: str) -> Service:
    """Change what people read of a service; its slug, which clients send, stays."""
    changed = Service.objects.select_for_update(no_key=True).get(pk=service.pk)
    changed.name = name
    changed.description = description
    changed.save(update_fields=["name", "description"])
    return changed


def pause_service(*, service: Service) -> Service:
    """Stop new spends and holds on the service for everyone; open holds can be captured.

    Raises `ServiceStatusUnchanged`.
    """
    return _change_service(service, ServiceStatus.ACTIVE, ServiceStatus.PAUSED)


def resume_service(*, service: Service) -> Service:
    """Let credits be spent on a paused service again. Raises `ServiceStatusUnchanged`."""
    return _change_service(service, ServiceStatus.PAUSED, ServiceStatus.ACTIVE)


@transaction.atomic
def _change_service(service: Service, start: ServiceStatus, end: ServiceStatus) -> Service:
    changed = Service.objects.select_for_update(no_key=True).get(pk=service.pk)
    if changed.status != start:
        raise ServiceStatusUnchanged(f"The service is {end.label.lower()} already.")
    changed.status = end
    changed.save(update_fields=["status"])
    return changed


def _price_of(rate: ServiceRate) -> tuple[Decimal, str, Decimal]:
    return (rate.credits_per_unit, rate.unit, rate.minimum_credits)


def _newest_unit(service: Service) -> str:
    newest = service.rates.order_by("-effective_at").first()
    return newest.unit if newest else "unit"
