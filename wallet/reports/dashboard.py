"""Figures over all wallets, for the front of the operators' admin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.db.models import Count, Max, Q, Subquery, Sum

from creditsite.kernel import clock
from creditsite.kernel.credits import ZERO
from wallet.models import ApprovalRequest, ServiceDay, Wallet

# Where one band of balances ends and the next begins.
BANDS = (Decimal(1), Decimal(10), Decimal(100), Decimal(1000))
SHOWN_DAYS = 7


@dataclass(frozen=True)
class Circulation:
    """What all wallets hold and owe, and how many approval requests wait; `bands` counts wallets
    by balance, from the first number to below the second (None: no upper end)."""

    wallets: int
    credits: Decimal
    held: Decimal
    debt: Decimal
    requests_waiting: int
    bands: list[tuple[Decimal, Decimal | None, int]]


@dataclass(frozen=True)
class ServiceOfAll:
    """What all wallets used of a service in the last days."""

    service: int
    name: str
    spends: int
    credits: Decimal
    reversed: Decimal
    failed: int


def circulation() -> Circulation:
    """Return the figures of now. One query over the wallets."""
    bands = list(zip((Decimal(0), *BANDS), (*BANDS, None), strict=True))
    counts = {
        f"band_{low}": Count(
            "pk", filter=Q(balance__gte=low) & (Q(balance__lt=high) if high else Q())
        )
        for low, high in bands
    }
    waiting = ApprovalRequest.objects.filter(is_waiting=True).order_by().values("is_waiting")
    found = Wallet.objects.aggregate(
        wallets=Count("pk"),
        credits=Sum("balance"),
        held=Sum("held"),
        debt=Sum("debt"),
        # The same for every wallet, and asked for once.
        waiting=Max(Subquery(waiting.annotate(count=Count("pk")).values("count"))),
        **counts,
    )
    return Circulation(
        wallets=found["wallets"],
        credits=found["credits"] or ZERO,
        held=found["held"] or ZERO,
        debt=found["debt"] or ZERO,
        requests_waiting=found["waiting"] or 0,
        bands=[(low, high, found[f"band_{low}"]) for low, high in bands],
    )


def top_services(most: int = 5) -> list[ServiceOfAll]:
    """Return the services most was spent on in the last days, as of the last roll-up."""
    since = clock.now().date() - timedelta(days=SHOWN_DAYS - 1)
    found = (
        ServiceDay.objects.filter(day__gte=since)
        .values("service", "service__name")
        .annotate(
            all_spends=Sum("spends"),
            all_credits=Sum("credits"),
            all_reversed=Sum("reversed"),
            all_failed=Sum("failed"),
        )
        .order_by("-all_credits", "service")[:most]
    )
    return [
        ServiceOfAll(
            service=row["service"],
            name=row["service__name"],
            spends=row["all_spends"],
            credits=row["all_credits"],
            reversed=row["all_reversed"],
            failed=row["all_failed"],
        )
        for row in found
    ]
