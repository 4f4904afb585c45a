"""What a wallet spent, by day and by service; read from the counted days, never from entries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from creditsite.kernel.credits import ZERO
from wallet.models import UsageDay, Wallet

MOST_DAYS = 400
FIGURES = ("spends", "quantity", "credits", "reversed", "failed")


@dataclass(frozen=True)
class UsageSums:
    """Sums over spends; `reversed` is what was given back of them, whenever that was."""

    spends: int = 0
    quantity: Decimal = ZERO
    credits: Decimal = ZERO
    reversed: Decimal = ZERO
    failed: int = 0

    @property
    def net(self) -> Decimal:
        return self.credits - self.reversed

    @property
    def failed_percent(self) -> int:
        return round(100 * self.failed / self.spends) if self.spends else 0


@dataclass(frozen=True)
class UsageLine(UsageSums):
    """The sums of one day, of one service, or of both."""

    day: date | None = None
    service: str | None = None
    service_name: str = ""


def usage_lines(
    wallet: Wallet, first: date, last: date, *, by_day: bool = False, by_service: bool = False
) -> list[UsageLine]:
    """Return the wallet's usage from the first to the last day (both counted, UTC).

    By day, by service, or by both, in this order; days without a spend have no line. By neither
    there is one line, also where nothing was used.
    """
    days = UsageDay.objects.filter(wallet=wallet, day__range=(first, last))
    sums = {name: Sum(name) for name in FIGURES}
    if not (by_day or by_service):
        return [_line(days.aggregate(**sums))]
    keys = [*(["day"] if by_day else []), *(["service__slug", "service__name"] * by_service)]
    return [_line(row) for row in days.values(*keys).annotate(**sums).order_by(*keys)]


def _line(row: dict[str, Any]) -> UsageLine:
    return UsageLine(
        **{name: row[name] for name in FIGURES if row[name] is not None},
        day=row.get("day"),
        service=row.get("service__slug"),
        service_name=row.get("service__name", ""),
    )


def total(lines: Iterable[UsageSums]) -> UsageSums:
    """Return the sums of the lines together."""
    chosen = list(lines)
    return UsageSums(
        spends=sum(line.spends for line in chosen),
        quantity=sum((line.quantity for line in chosen), ZERO),
        credits=sum((line.credits for line in chosen), ZERO),
        reversed=sum((line.reversed for line in chosen), ZERO),
        failed=sum(line.failed for line in chosen),
    )
