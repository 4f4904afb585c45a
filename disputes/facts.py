"""What the ledger knows about disputed charges: read under the wallet's lock where it decides."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from disputes.models import Dispute, DisputedCharge
from wallet.models import EntryRetries, LedgerEntry
from wallet.reports.runs import Repeat, is_marked_failed, repeats_of_each

PARTS = ("entry__service", "entry__rate", "entry__hold", "entry__retries")


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
    """Return the facts of each charge of the case, oldest first. Two queries."""
    charges = list(
        dispute.charges.select_related(*PARTS)
        .annotate(left=LedgerEntry.objects.left_of("entry"))  # type: ignore[no-redef]
        .order_by("entry__sequence")
    )
    repeats = repeats_of_each([charge.entry for charge in charges])
    return [
        ChargeFacts(
            charge=charge,
            spend=charge.entry,
            most=min(charge.open_claim, charge.left),
            repeats=repeats[charge.entry_id],
            retries=_retries(charge.entry),
            is_marked_failed=is_marked_failed(charge.entry),
        )
        for charge in charges
    ]


def _retries(entry: LedgerEntry) -> int:
    """Return how many retries the entry answered, where what counts them is loaded with it."""
    counted: EntryRetries | None = getattr(entry, "retries", None)
    return counted.count if counted else 0
