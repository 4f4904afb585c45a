"""What the page of a wallet lists below its figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from django.db.models import Case, IntegerField, Value, When
from django.urls import reverse

from wallet.admin.tables import Cell, Table, all_of, link, moment, number
from wallet.models import HoldStatus, Wallet
from wallet.reports.as_of import WalletAt, wallet_at
from wallet.reports.happenings import Happenings, happenings
from wallet.reports.history import history_page
from wallet.reports.limits import wallet_limits

SHOWN_ROWS = 20
# What other apps list on the page of a wallet; each adds its own when it is loaded.
MORE_TABLES: list[Callable[[Wallet], Iterable[Table]]] = []


def wallet_tables(wallet: Wallet, *, may_step: bool) -> Iterator[Table]:
    """Yield what belongs to the wallet: the lots that hold credits, the newest rows of the rest."""
    happened = happenings(wallet, most=SHOWN_ROWS)
    yield from _notes(wallet, happened)
    yield from _requests(wallet, happened)
    yield lots_table(wallet_at(wallet), "Lots", may_step=may_step)
    yield _holds(wallet, may_step=may_step)
    yield _entries(wallet)
    for more in MORE_TABLES:
        yield from more(wallet)
    yield _limits(wallet)
    yield _clawbacks(happened)
    yield _events(wallet, happened)
    yield _status_changes(happened)


def figures_table(then: WalletAt) -> Table:
    """Return the wallet's figures as they stood at a moment."""
    figures = [
        ("Balance", number(then.balance)),
        ("Held", number(then.held)),
        ("Available", number(then.available)),
        ("Debt", number(then.debt)),
        ("Newest entry", Cell(str(then.sequence) if then.sequence else "None", is_number=True)),
    ]
    return Table(
        title=f"As of {moment(then.at).text}",
        heads=("Figure", "Credits"),
        rows=[[Cell(label), figure] for label, figure in figures],
        notes=[] if then.sequence else ["This is before the wallet's first entry."],
    )


def lots_table(then: WalletAt, title: str, *, may_step: bool) -> Table:
    """Return the lots in which credits remained, in the draw order."""
    heads: tuple[str, ...] = ("Lot", "Source", "Granted", "Remaining", "Held", "Expires")
    rows = [
        [
            link(lot.id, "grant", lot.id),
            Cell(lot.source_label),
            number(lot.credits),
            number(lot.remaining),
            number(lot.held),
            moment(lot.expires_at),
        ]
        for lot in then.lots
    ]
    if may_step:
        heads += ("Step",)
        for row, lot in zip(rows, then.lots, strict=True):
            row.append(Cell("Roll over", reverse("admin:wallet_grant_roll_over", args=[lot.id])))
    return Table(
        title=title,
        heads=heads,
        rows=rows,
        more=all_of("All lots of this wallet", "grant", then.wallet_id),
    )


def _notes(wallet: Wallet, happened: Happenings) -> Iterator[Table]:
    """Yield what operators noted, where there is anything."""
    if happened.notes:
        yield Table(
            title="Notes",
            heads=("Note", "By", "When"),
            rows=[
                [Cell(note.text, is_text=True), Cell(note.author), moment(note.created_at)]
                for note in happened.notes
            ],
            more=all_of("All notes on this wallet", "walletnote", wallet.pk),
        )


def _requests(wallet: Wallet, happened: Happenings) -> Iterator[Table]:
    """Yield what was asked for and another operator decides on, where there is any."""
    if happened.requests:
        yield Table(
            title="Approval requests",
            heads=(
                "Request",
                "Status",
                "Kind",
                "Credits",
                "Reason",
                "Asked by",
                "When",
                "Decided by",
            ),
            rows=[
                [
                    link(request.id, "approvalrequest", request.id),
                    Cell(request.status_label),
                    Cell(request.kind_label),
                    number(request.credits, signed=True),
                    Cell(request.reason, is_text=True),
                    Cell(request.asked_by),
                    moment(request.asked_at),
                    Cell(request.decided_by),
                ]
                for request in happened.requests
            ],
            more=all_of("All approval requests of this wallet", "approvalrequest", wallet.pk),
        )


def _holds(wallet: Wallet, *, may_step: bool) -> Table:
    open_first = Case(
        When(status=HoldStatus.OPEN, then=Value(0)), default=1, output_field=IntegerField()
    )
    holds = wallet.holds.select_related("service").order_by(open_first, "-id")[:SHOWN_ROWS]
    rows: list[list[Cell]] = []
    for hold in holds:
        row = [
            link(hold.pk, "hold", hold.pk),
            Cell(hold.service.name),
            Cell(HoldStatus(hold.status_now).label),
            number(hold.credits),
            number(hold.captured),
            moment(hold.created_at),
            moment(hold.expires_at),
        ]
        is_open = hold.status_now == HoldStatus.OPEN
        release = Cell("Release", reverse("admin:wallet_hold_release", args=[hold.pk]))
        rows.append([*row, release if may_step and is_open else Cell("")])
    return Table(
        title="Holds",
        heads=("Hold", "Service", "Status", "Held", "Captured", "Placed", "Times out", "Step"),
        rows=rows,
        more=all_of("All holds of this wallet", "hold", wallet.pk),
    )


def _entries(wallet: Wallet) -> Table:
    return Table(
        title="Newest entries",
        heads=("Entry", "Kind", "What", "Credits", "Balance after", "When"),
        rows=[
            [
                link(entry.sequence, "ledgerentry", entry.id),
                Cell(entry.kind_label),
                link(entry.title, "ledgerentry", entry.id),
                number(entry.credits, signed=True),
                number(entry.balance_after),
                moment(entry.created_at),
            ]
            for entry in history_page(wallet, size=SHOWN_ROWS).entries
        ],
        empty="No entry yet.",
        more=all_of("All entries of this wallet", "ledgerentry", wallet.pk),
    )


def _limits(wallet: Wallet) -> Table:
    return Table(
        title="Limits",
        heads=("Service", "Each", "Credits", "Used", "Resets"),
        rows=[
            [
                Cell(limit.service_name),
                Cell(limit.period_label),
                number(limit.credits),
                number(limit.used),
                moment(limit.resets_at),
            ]
            for limit in (wallet_limits(wallet) if wallet.has_limits else [])
        ],
    )


def _clawbacks(happened: Happenings) -> Table:
    return Table(
        title="Claw-backs",
        heads=("Claw-back", "Asked", "Taken", "Owed", "Reason", "By", "When"),
        rows=[
            [
                link(clawback.id, "clawback", clawback.id),
                number(clawback.credits),
                number(clawback.taken),
                number(clawback.owed),
                Cell(clawback.reason),
                Cell(clawback.actor),
                moment(clawback.created_at),
            ]
            for clawback in happened.clawbacks
        ],
    )


def _events(wallet: Wallet, happened: Happenings) -> Table:
    return Table(
        title="Newest events",
        heads=("Event", "What", "When"),
        rows=[
            [
                link(event.id, "walletevent", event.id),
                Cell(event.label),
                moment(event.created_at),
            ]
            for event in happened.events
        ],
        more=all_of("All events of this wallet", "walletevent", wallet.pk),
    )


def _status_changes(happened: Happenings) -> Table:
    return Table(
        title="Status changes",
        heads=("From", "To", "Reason", "By", "When"),
        rows=[
            [
                Cell(change.from_label),
                Cell(change.to_label),
                Cell(change.reason),
                Cell(change.actor),
                moment(change.created_at),
            ]
            for change in happened.status_changes
        ],
    )
