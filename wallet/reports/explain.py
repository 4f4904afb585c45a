"""Everything that explains one entry: what the page, the API and the admin show of it."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import QuerySet
from django.urls import reverse

from creditsite.accounts.models import ApiKey
from creditsite.kernel.credits import CREDIT_PLACES, ZERO, round_credits
from creditsite.kernel.formatting import plain_credits
from wallet.models import EntryKind, Grant, LedgerEntry
from wallet.reports.explanation import (
    CapturedHold,
    ClawbackFacts,
    DrawnLot,
    EntryDetail,
    Price,
    RelatedEntry,
    RepaidDebt,
    Retries,
    Reversals,
)
from wallet.reports.history import entry_rows
from wallet.reports.sentences import explain_in_words

PARTS = ("service", "rate", "wallet", "hold", "retries", "clawback", "reverses__service")


def explainable_entries() -> QuerySet[LedgerEntry]:
    """Return all entries, each to be loaded with the rows that `explain_entry` reads."""
    return LedgerEntry.objects.select_related(*PARTS)


def explain_entry(entry: LedgerEntry) -> EntryDetail:
    """Return all that explains one of the `explainable_entries`.

    The number of queries does not grow with the lots, reversals or the length of the ledger.
    """
    (row,) = entry_rows([entry])
    before, after = _next_to(entry)
    detail = EntryDetail(
        **vars(row),
        sentences=[],
        service_name=entry.service.name if entry.service else "",
        price=_price(entry),
        balance_before=entry.balance_before,
        cost_cents=entry.cost_cents,
        lots=_lots(entry),
        hold=_hold(entry),
        reverses=_related(entry.reverses, entry) if entry.reverses else None,
        reversals=_reversals(entry),
        previous_spend=_neighbour(entry, older=True),
        next_spend=_neighbour(entry, older=False),
        retries=_retries(entry),
        clawback=_clawback(entry),
        repaid_debt=_repaid_debt(entry),
        debt_repayment=_debt_repayment(entry, after),
        rolled_over=_rolled_over(entry, before, after),
        actor_label=_actor_label(entry),
        reason=entry.reason,
        reference=entry.reference,
        metadata_items=_metadata_items(entry),
        idempotency_key=entry.idempotency_key,
        hash_hex=bytes(entry.hash).hex(),
    )
    detail.sentences.extend(explain_in_words(detail, by_sweep=entry.actor == "system:sweep"))
    return detail


def _price(entry: LedgerEntry) -> Price | None:
    rate, quantity = entry.rate, entry.quantity
    if rate is None or quantity is None:
        return None
    per_unit = f"{_four_places(rate.credits_per_unit)} credits per {rate.unit}"
    times = _four_places(round_credits(quantity * rate.credits_per_unit))
    least = f", at least {_four_places(rate.minimum_credits)}" if rate.minimum_credits else ""
    return Price(
        credits_per_unit=rate.credits_per_unit,
        unit=rate.unit,
        minimum_credits=rate.minimum_credits,
        in_force_from=rate.effective_at,
        quantity=quantity,
        terms=f"{per_unit}{least}",
        formula=f"{plain_credits(quantity)} × {per_unit} = {times}{least}",
    )


def _four_places(credits: Decimal) -> str:
    return f"{credits:,.{CREDIT_PLACES}f}"


def _lots(entry: LedgerEntry) -> list[DrawnLot]:
    lots = Grant.objects.in_bulk([draw[0] for draw in entry.draws])
    return [_lot(lots[grant], credits, *cents) for grant, credits, *cents in entry.draws]


def _lot(lot: Grant, credits: str, cents: int | None = None) -> DrawnLot:
    return DrawnLot(
        grant=lot.pk,
        credits=Decimal(credits),
        cost_cents=cents,
        currency=lot.currency,
        source=lot.source,
        source_label=lot.get_source_display(),
        expires_at=None if lot.never_expires else lot.expires_at,
    )


def _hold(entry: LedgerEntry) -> CapturedHold | None:
    hold = entry.hold
    if hold is None:
        return None
    return CapturedHold(
        id=hold.pk,
        held=hold.credits,
        captured=hold.captured,
        freed=hold.credits - hold.captured,
        placed_at=hold.created_at,
        settled_at=hold.settled_at,
        expires_at=hold.expires_at,
    )


def _reversals(entry: LedgerEntry) -> Reversals | None:
    """Return what was given back of the spend, or of the spend that the entry reverses."""
    spend = entry.reverses if entry.kind == EntryKind.REVERSAL else entry
    if spend is None or spend.kind != EntryKind.SPEND:
        return None
    found = spend.reversals.select_related("service").order_by("sequence")
    entries = [_related(reversal, entry) for reversal in found]
    credits = sum((reversal.credits for reversal in entries), ZERO)
    return Reversals(entries=entries, credits=credits, left=-spend.credits - credits)


def _neighbour(entry: LedgerEntry, *, older: bool) -> RelatedEntry | None:
    """Return the spend of the same service just before or after this spend."""
    if entry.kind != EntryKind.SPEND:
        return None
    spends = LedgerEntry.objects.filter(
        wallet=entry.wallet, service=entry.service, kind=EntryKind.SPEND
    ).select_related("service")
    if older:
        found = spends.filter(sequence__lt=entry.sequence).order_by("-sequence").first()
    else:
        found = spends.filter(sequence__gt=entry.sequence).order_by("sequence").first()
    return _related(found, entry) if found else None


def _next_to(entry: LedgerEntry) -> tuple[LedgerEntry | None, LedgerEntry | None]:
    """Return the entries before and after this one that were posted in the same moment."""
    found = LedgerEntry.objects.filter(
        wallet_id=entry.wallet_id,
        sequence__in=(entry.sequence - 1, entry.sequence + 1),
        created_at=entry.created_at,
    )
    places = {other.sequence: other for other in found}
    return places.get(entry.sequence - 1), places.get(entry.sequence + 1)


def _rolled_over(
    entry: LedgerEntry, before: LedgerEntry | None, after: LedgerEntry | None
) -> RelatedEntry | None:
    """Return the other half of a roll-over: a lot lapses and a new one is granted for it."""
    halves = {EntryKind.EXPIRY.value: after, EntryKind.GRANT.value: before}
    other = halves.get(entry.kind)
    if other is None or {entry.kind, other.kind} != {EntryKind.EXPIRY, EntryKind.GRANT}:
        return None
    return _related(other, entry) if other.reference == entry.reference else None


def _debt_repayment(entry: LedgerEntry, after: LedgerEntry | None) -> RelatedEntry | None:
    """Return the entry that paid debt with what this one put in or gave back."""
    if after is None or entry.credits < 0:
        return None
    return _related(after, entry) if _repaid_debt(after) else None


def _repaid_debt(entry: LedgerEntry) -> RepaidDebt | None:
    # Metadata of spends is the caller's own.
    if entry.kind != EntryKind.CLAWBACK or "repaid_debt" not in entry.metadata:
        return None
    return RepaidDebt(
        repaid=Decimal(entry.metadata["repaid_debt"]), left=Decimal(entry.metadata["debt_left"])
    )


def _clawback(entry: LedgerEntry) -> ClawbackFacts | None:
    try:
        clawback = entry.clawback
    except ObjectDoesNotExist:
        return None
    return ClawbackFacts(
        id=clawback.pk, asked=clawback.credits, taken=clawback.taken, owed=clawback.owed
    )


def _retries(entry: LedgerEntry) -> Retries | None:
    try:
        return Retries(count=entry.retries.count, last_at=entry.retries.last_at)
    except ObjectDoesNotExist:
        return None


def _related(other: LedgerEntry, entry: LedgerEntry) -> RelatedEntry:
    return RelatedEntry(
        id=other.pk,
        sequence=other.sequence,
        title=other.service.name if other.service else EntryKind(other.kind).label,
        credits=other.credits,
        quantity=other.quantity,
        created_at=other.created_at,
        apart=_apart(other.created_at - entry.created_at),
        url=reverse("wallet:entry", args=[other.pk]),
    )


def _apart(distance: timedelta) -> str:
    """Return how far apart two moments are, in the largest unit that fits: `4 seconds before`."""
    seconds = abs(distance.total_seconds())
    side = "before" if distance < timedelta(0) else "after"
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)):
        if seconds >= length:
            count = int(seconds // length)
            return f"{count} {unit}{'' if count == 1 else 's'} {side}"
    return f"less than a second {side}" if seconds else "at the same moment"


def _metadata_items(entry: LedgerEntry) -> list[tuple[str, str]]:
    # Of other kinds it is ours: what the lot is, which stands beside it already.
    if entry.kind != EntryKind.SPEND:
        return []
    return [
        (name, value if isinstance(value, str) else json.dumps(value))
        for name, value in entry.metadata.items()
    ]


def _actor_label(entry: LedgerEntry) -> str:
    kind, _, name = entry.actor.partition(":")
    if kind == "system":
        return "Creditsite"
    if kind == "user":
        return "You" if name == str(entry.wallet.customer_id) else "An operator"
    key = ApiKey.objects.filter(prefix=name).first()
    if key and key.is_platform_key:
        return f"The platform, with API key {name}"
    return f"API key “{key.name}” ({name})" if key else f"API key {name}"
