"""Add services and price them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from creditsite.kernel import clock
from wallet.actions.outcomes import require_credits
from wallet.models import Service, ServiceRate


@transaction.atomic
def add_service(
    *, slug: str, name: str, unit: str, credits_per_unit: Decimal, description: str = ""
) -> Service:
    """Add a service with its first rate, in force from now; one with this slug stays as it is.

    Raises `CreditsOutOfRange`.
    """
    service, added = Service.objects.get_or_create(
        slug=slug, defaults={"name": name, "unit": unit, "description": description}
    )
    if added:
        publish_rate(service=service, credits_per_unit=credits_per_unit)
    return service


def publish_rate(
    *, service: Service, credits_per_unit: Decimal, effective_at: datetime | None = None
) -> ServiceRate:
    """Give the service a new price version, in force from `effective_at` (default: now).

    Earlier versions stay as they are; spends are priced by the version of their moment.
    Raises `CreditsOutOfRange`.
    """
    return ServiceRate.objects.create(
        service=service,
        credits_per_unit=require_credits(credits_per_unit),
        effective_at=effective_at or clock.now(),
    )
