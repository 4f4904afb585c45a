"""What a compensation would give, and how far one is that was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum

from creditsite.kernel.credits import ZERO
from wallet.models import ChargeStatus, Compensation, Incident

SHOWN_CUSTOMERS = 50


@dataclass(frozen=True)
class CustomerShare:
    """What one customer gets back, of how many charges."""

    wallet: int
    customer: str
    charges: int
    credits: Decimal


@dataclass(frozen=True)
class CompensationPlan:
    """What a compensation would give; `first` are the customers who get most."""

    charges: int
    customers: int
    credits: Decimal
    first: list[CustomerShare]


@dataclass(frozen=True)
class ChargesSettled:
    """How many charges of a compensation stand in a status, what was planned and given of them."""

    status_label: str
    charges: int
    planned: Decimal
    given: Decimal


def compensation_plan(
    incident: Incident, *, percent: Decimal, failed_only: bool
) -> CompensationPlan:
    """Return what a compensation would give now. Two queries over the incident's charges."""
    spends: Any = incident.spends().to_compensate(percent=percent, failed_only=failed_only)
    found = spends.aggregate(
        charges=Count("pk"), customers=Count("wallet", distinct=True), credits=Sum("share")
    )
    return CompensationPlan(
        charges=found["charges"],
        customers=found["customers"],
        credits=found["credits"] or ZERO,
        first=_customers(spends, "share"),
    )


def compensated_customers(compensation: Compensation) -> list[CustomerShare]:
    """Return the customers who get most, as it was asked."""
    return _customers(compensation.charges.order_by(), "credits")


def compensation_progress(compensation: Compensation) -> list[ChargesSettled]:
    """Return its charges by status, those that have some. One query."""
    found = {
        row["status"]: row
        for row in compensation.charges.order_by()
        .values("status")
        .annotate(charges=Count("pk"), planned=Sum("credits"), given=Sum("reversal__credits"))
    }
    return [
        ChargesSettled(
            status_label=status.label,
            charges=found[status]["charges"],
            planned=found[status]["planned"],
            given=found[status]["given"] or ZERO,
        )
        for status in ChargeStatus
        if status in found
    ]


def _customers(charges: Any, credits: str) -> list[CustomerShare]:
    rows = (
        charges.values("wallet", "wallet__customer__email")
        .annotate(charges=Count("pk"), sum=Sum(credits))
        .order_by("-sum", "wallet")[:SHOWN_CUSTOMERS]
    )
    return [
        CustomerShare(row["wallet"], row["wallet__customer__email"], row["charges"], row["sum"])
        for row in rows
    ]
