"""What the ledger knows about disputed charges: read under the wallet's lock where it decides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.db.models import F, QuerySet
from django.db.models.functions import Abs

from disputes.models import Dispute, DisputedCharge
from wallet.models import EntryRetries, LedgerEntry

REPEAT_WINDOW = timedelta(minutes=10)
# How many entries before and after a charge are looked through for repeats of it.
LOOKED_THROUGH = 1000
# More than a case has charges, so that a repeat outside of it is seen.
MOST_REPEATS = 60


@dataclass(frozen=True)
class Repeat:
    """Another spend that repeats a charge: the same service and quantity, shortly before or after.

    `is_identical` also has the same metadata; `left` is what did not come back of it.
    """

    entry: LedgerEntry
    apart: timedelta
    is_identical: bool
    left: Decimal


@dataclass(frozen=True)
class ChargeFacts:
    """One charge of a case; `most` is what a ruling can give back of it at most."""

    charge: DisputedCharge
    spend: LedgerEntry
    most: Decimal
    repeats: list[Repeat]
    retries: int
    is_marked_failed: bool


def charge_facts(dispute: Dispute) -> list[ChargeFacts]:
    """Return the facts of each charge of the case, oldest first."""
    charges = list(
        dispute.charges.select_related("entry__service", "entry__rate", "entry__hold").order_by(
            "entry__sequence"
        )
    )
    found = LedgerEntry.objects.filter(pk__in=[charge.entry_id for charge in charges])
    left = {spend.pk: spend.left for spend in found.spends_with_left()}
    retries = dict(EntryRetries.objects.filter(entry__in=left).values_list("entry", "count"))
    return [
        ChargeFacts(
            charge=charge,
            spend=charge.entry,
            most=min(charge.open_claim, left[charge.entry_id]),
            repeats=list(_repeats(charge.entry)),
            retries=retries.get(charge.entry_id, 0),
            is_marked_failed=is_marked_failed(charge.entry),
        )
        for charge in charges
    ]


def is_marked_failed(spend: LedgerEntry) -> bool:
    """Whether the platform said that the run failed, as usage counts it too."""
    return bool(spend.metadata.get("outcome") == "failed")


def near(spend: LedgerEntry, within: timedelta) -> QuerySet[LedgerEntry]:
    """Return the other spends of the same service around a spend, the nearest first, with `left`.

    However busy the wallet is, no more than `LOOKED_THROUGH` entries on either side are read.
    """
    sequence, at = spend.sequence, spend.created_at
    around = LedgerEntry.objects.filter(
        wallet_id=spend.wallet_id,
        service=spend.service,
        sequence__range=(sequence - LOOKED_THROUGH, sequence + LOOKED_THROUGH),
        created_at__range=(at - within, at + within),
    )
    others: QuerySet[LedgerEntry] = around.exclude(pk=spend.pk).spends_with_left()
    return others.order_by(Abs(F("sequence") - sequence))


def _repeats(spend: LedgerEntry) -> Iterable[Repeat]:
    alike = near(spend, REPEAT_WINDOW).filter(credits=spend.credits, quantity=spend.quantity)
    for other in alike[:MOST_REPEATS]:
        yield Repeat(
            entry=other,
            apart=abs(other.created_at - spend.created_at),
            is_identical=other.metadata == spend.metadata,
            left=other.left,
        )
