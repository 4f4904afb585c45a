"""What an entry is called, in a few words."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from wallet.models import EntryKind, Grant, GrantSource, LedgerEntry

RollOver = tuple[int, str, datetime]


def entry_titles(entries: list[LedgerEntry]) -> dict[int, str]:
    """Return the title of each entry by its id; their services are already loaded.

    At most one query, whatever the number of entries.
    """
    granted = {entry.pk: entry.draws[0][0] for entry in entries if entry.kind == EntryKind.GRANT}
    lapsed = [entry for entry in entries if entry.kind == EntryKind.EXPIRY]
    lots = _lots(set(granted.values()), lapsed) if granted or lapsed else {}
    rolled_over = {
        (lot.wallet_id, lot.reference, lot.created_at)
        for lot in lots.values()
        if lot.source == GrantSource.ROLLOVER
    }
    return {
        entry.pk: _title(entry, lots.get(granted.get(entry.pk)), rolled_over) for entry in entries
    }


def _lots(granted: set[int], lapsed: list[LedgerEntry]) -> dict[int | None, Grant]:
    """Return the lots that were granted, and those that are the other half of a roll-over of
    what lapsed, by what both halves share."""
    halves = Q(
        wallet__in={entry.wallet_id for entry in lapsed},
        source=GrantSource.ROLLOVER,
        reference__in={entry.reference for entry in lapsed},
        created_at__in={entry.created_at for entry in lapsed},
    )
    sought = Q(pk__in=granted) | halves if lapsed else Q(pk__in=granted)
    return {lot.pk: lot for lot in Grant.objects.filter(sought)}


def _title(entry: LedgerEntry, granted: Grant | None, rolled_over: set[RollOver]) -> str:
    if entry.service:
        return _service_title(entry, entry.service.name)
    if entry.kind == EntryKind.EXPIRY:
        halves = (entry.wallet_id, entry.reference, entry.created_at)
        return "Rolled over to a new lot" if halves in rolled_over else "Credits lapsed"
    if entry.kind == EntryKind.CLAWBACK:
        return "Debt repaid" if "repaid_debt" in entry.metadata else "Credits clawed back"
    if granted and granted.source == GrantSource.ROLLOVER:
        return f"Rolled over from {granted.reference}"
    if entry.reason:
        return entry.reason
    return granted.get_source_display() if granted else EntryKind(entry.kind).label


def _service_title(entry: LedgerEntry, service: str) -> str:
    if entry.kind == EntryKind.REVERSAL:
        return f"Reversed: {service}"
    return f"Captured: {service}" if entry.hold_id else service
