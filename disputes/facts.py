"""What the ledger knows about disputed charges: read under the wallet's lock where it decides."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from disputes.models import Dispute, DisputedCharge
from wallet.models import EntryRetries, LedgerEntry
from wallet.reports.runs import Repeat, is_marked_failed, repeats_of


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
            repeats=list(repeats_of(charge.entry)),
            retries=retries.get(charge.entry_id, 0),
            is_marked_failed=is_marked_failed(charge.entry),
        )
        for charge in charges
    ]
