"""Price services."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from creditsite.kernel import clock
from wallet.actions.outcomes import require_credits
from wallet.models import Service, ServiceRate


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
