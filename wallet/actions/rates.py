"""Add services and price them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from creditsite.kernel import clock
from creditsite.kernel.credits import ZERO
from wallet.actions.outcomes import require_credits
from wallet.errors import RateInThePast
from wallet.models import Service, ServiceRate


@transaction.atomic
def add_service(
    *,
    slug: str,
    name: str,
    unit: str,
    credits_per_unit: Decimal,
    description: str = "",
    minimum_credits: Decimal = ZERO,
) -> Service:
    """Add a service with its first rate, in force from now; one with this slug stays as it is.

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
        )
    return service


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

    Raises `CreditsOutOfRange`, and `RateInThePast`: what was spent since was priced already.
    """
    now = clock.now()
    if effective_at is not None and effective_at < now:
        raise RateInThePast("Choose a moment that is still to come, or none for now.")
    return ServiceRate.objects.create(
        service=service,
        credits_per_unit=require_credits(credits_per_unit),
        unit=unit or _newest_unit(service),
        minimum_credits=require_credits(minimum_credits) if minimum_credits else ZERO,
        effective_at=effective_at or now,
    )


def _newest_unit(service: Service) -> str:
    newest = service.rates.order_by("-effective_at").first()
    return newest.unit if newest else "unit"
