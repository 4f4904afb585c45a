"""An explained entry in words. Moments are left to the page, which shows them in local time."""

from __future__ import annotations

from collections.abc import Iterator

from creditsite.kernel.formatting import credits as show
from wallet.models import EntryKind
from wallet.reports.explanation import EntryDetail, RelatedEntry

NEAR = ("second", "at the same moment")


def explain_in_words(entry: EntryDetail, *, by_sweep: bool) -> Iterator[str]:
    """Yield what a customer would ask about the entry, a sentence each."""
    if entry.kind == EntryKind.SPEND:
        yield from _spend(entry)
    elif entry.kind == EntryKind.REVERSAL:
        yield from _reversal(entry)
    elif entry.kind == EntryKind.EXPIRY:
        yield _expiry(entry, by_sweep=by_sweep)
    elif entry.kind == EntryKind.CLAWBACK:
        yield from _clawback(entry)
    elif entry.rolled_over:
        yield "What was left of an earlier lot goes on in this one, with the value it had."
    if entry.debt_repayment:
        yield f"{show(-entry.debt_repayment.credits)} credits of it repaid what the wallet owed."
    if entry.retries:
        count = entry.retries.count
        times = "once more" if count == 1 else f"{count:,} more times"
        yield f"The same request came {times} and was answered by this entry: it counted once."


def _spend(entry: EntryDetail) -> Iterator[str]:
    if entry.hold:
        yield _capture(entry)
    elif entry.price is None:
        yield "The service named these credits itself, without a quantity."
    if entry.price and -entry.credits > entry.price.credits_per_unit * entry.price.quantity:
        least = entry.price.minimum_credits
        if least == -entry.credits:
            yield f"The price says that a spend costs at least {show(least)} credits."
    if entry.reversals and entry.reversals.credits:
        yield _given_back(entry)
    for other in (entry.previous_spend, entry.next_spend):
        if other and _looks_alike(entry, other):
            yield (
                f"The same credits were spent on this service {other.apart}, under another"
                " idempotency key: these were two requests."
            )


def _capture(entry: EntryDetail) -> str:
    assert entry.hold is not None
    if not entry.hold.freed:
        return f"All {show(entry.hold.held)} credits that were held for it were captured."
    return (
        f"{show(entry.hold.captured)} of {show(entry.hold.held)} held credits were captured;"
        f" {show(entry.hold.freed)} came free."
    )


def _given_back(entry: EntryDetail) -> str:
    assert entry.reversals is not None
    if not entry.reversals.left:
        return "All of it was given back since."
    return (
        f"{show(entry.reversals.credits)} credits of it were given back since;"
        f" {show(entry.reversals.left)} are left."
    )


def _looks_alike(entry: EntryDetail, other: RelatedEntry) -> bool:
    near = any(unit in other.apart for unit in NEAR)
    return near and other.credits == entry.credits


def _reversal(entry: EntryDetail) -> Iterator[str]:
    assert entry.reverses is not None
    whole = -entry.reverses.credits
    part = "all" if entry.credits == whole else f"{show(entry.credits)} of the"
    yield f"Gives back {part} {show(whole)} credits that were spent on {entry.reverses.title}."
    if any(lot.source == "reversal" for lot in entry.lots):
        yield "What came from a lot that had expired came back as a new lot."
    if entry.reversals and entry.reversals.left:
        yield f"{show(entry.reversals.left)} credits of that spend are left to give back."


def _expiry(entry: EntryDetail, *, by_sweep: bool) -> str:
    if entry.rolled_over:
        return "What was left of this lot goes on in a new lot that expires later."
    if by_sweep:
        return "Nobody spent these credits before their lot expired, so they lapsed."
    return "These credits were left when the wallet was closed, so they lapsed."


def _clawback(entry: EntryDetail) -> Iterator[str]:
    if entry.repaid_debt:
        left = entry.repaid_debt.left
        owed = f"{show(left)} are still owed" if left else "nothing is owed any more"
        yield f"{show(entry.repaid_debt.repaid)} credits of debt were repaid; {owed}."
    elif entry.clawback:
        owed = f"{show(entry.clawback.owed)} became debt" if entry.clawback.owed else "no debt"
        yield (
            f"The money for {show(entry.clawback.asked)} credits was taken back:"
            f" {show(entry.clawback.taken)} were there to take, {owed}."
        )
