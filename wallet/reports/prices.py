"""What services cost now."""

from __future__ import annotations

from django.db.models import OuterRef, QuerySet, Subquery

from creditsite.kernel import clock
from wallet.models import Service, ServiceRate


def priced_services() -> QuerySet[Service]:
    """Return all services with `unit`, `credits_per_unit`, `minimum_credits` as they are now.

    All three are None where no rate is in force yet.
    """
    in_force = ServiceRate.objects.filter(
        service=OuterRef("pk"), effective_at__lte=clock.now()
    ).order_by("-effective_at")
    return Service.objects.annotate(
        unit=Subquery(in_force.values("unit")[:1]),
        credits_per_unit=Subquery(in_force.values("credits_per_unit")[:1]),
        minimum_credits=Subquery(in_force.values("minimum_credits")[:1]),
    )
