"""The ledger in the admin: read-only, for good. A spend can be reversed by a new entry."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from creditsite.kernel.admin import day_filter
from creditsite.kernel.formatting import credits as show
from creditsite.kernel.formatting import money
from creditsite.kernel.search import exactly
from wallet.actions import reverse_spend
from wallet.admin.forms import ReverseForm
from wallet.admin.search import BY_WALLET, of_wallet, wallets_called
from wallet.admin.steps import Asked, Done, Step, StepsAdmin
from wallet.admin.tables import Cell, Table, link, moment, number
from wallet.models import ApprovalRequest, EntryKind, LedgerEntry, Wallet
from wallet.reports.explain import explain_entry, explainable_entries
from wallet.reports.explanation import EntryDetail, RelatedEntry

OF_ONE_WALLET = "wallet__id__exact"
# What other apps tell on the page of an entry; each adds its own when it is loaded.
MORE_ENTRY_TABLES: list[Callable[[LedgerEntry], Iterable[Table]]] = []


class Reverse(Step[LedgerEntry]):
    name = "reverse"
    label = "Reverse"
    form_class = ReverseForm
    lead = (
        "Gives credits back to the lots they came from, last drawn first. What came from a lot"
        " that has expired comes back as a new lot. Debt is repaid from them."
    )

    def is_open(self, row: LedgerEntry) -> bool:
        spends = LedgerEntry.objects.filter(pk=row.pk).spends_with_left()
        return any(spend.left > 0 for spend in spends)

    def wallet(self, row: LedgerEntry) -> Wallet:
        return row.wallet

    def act(self, row: LedgerEntry, asked: Asked) -> Done:
        posting = reverse_spend(
            spend=row,
            credits=asked.data["credits"],
            reason=asked.data["reason"],
            idempotency_key=asked.key,
            actor=asked.actor,
        )
        return Done.by(posting, f"Gave {show(posting.entry.credits)} credits back.", row)


@admin.register(LedgerEntry)
class LedgerEntryAdmin(StepsAdmin[LedgerEntry]):
    """Entries of all wallets, newest first."""

    steps = (Reverse(),)
    ordering = ("-id",)
    list_display = (
        "id",
        "wallet",
        "sequence",
        "kind",
        "service",
        "credits",
        "balance_after",
        "actor",
        "created_at",
    )
    list_display_links = ("id",)
    list_filter = ("kind", "service", day_filter("created_at"))
    list_select_related = ("wallet", "service")
    found_by = (of_wallet(), *exactly("idempotency_key"))
    search_help_text = f"{BY_WALLET}; then, after a space, an idempotency key, or that alone"
    fields = (
        "wallet",
        "sequence",
        "kind",
        "credits",
        "balance_before",
        "balance_after",
        "cost_cents",
        "idempotency_key",
        "reference",
        "actor",
        "reason",
        "metadata",
        "created_at",
        "hash_hex",
    )
    readonly_fields: ClassVar = fields

    @admin.display(description="hash")
    def hash_hex(self, entry: LedgerEntry) -> str:
        return bytes(entry.hash).hex()

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        # The same order in one wallet, and there the one that its index has.
        return ("-sequence",) if OF_ONE_WALLET in request.GET else self.ordering

    def is_without_index(self, asked: Mapping[str, Any]) -> bool:
        # Of all wallets together no index has the service; what is no spend is rare.
        kind = asked.get("kind__exact", [EntryKind.SPEND])[-1]
        is_narrow = {"day", OF_ONE_WALLET} & asked.keys() or kind != EntryKind.SPEND
        return any(name.startswith("service") for name in asked) and not is_narrow

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[LedgerEntry], search_term: str
    ) -> tuple[QuerySet[LedgerEntry], bool]:
        who, _, key = search_term.strip().partition(" ")
        wallets = wallets_called(who) if who else []
        if wallets and key:
            return queryset.filter(wallet__in=wallets, idempotency_key=key.strip()), False
        if len(wallets) == 1:
            return queryset.filter(wallet=wallets[0]).order_by("-sequence"), False
        return super().get_search_results(request, queryset, search_term)

    def page_of(self, request: HttpRequest, row: LedgerEntry) -> dict[str, Any]:
        explained = explain_entry(explainable_entries().get(pk=row.pk))
        tables = [*explanation_tables(explained), *approval_tables(row)]
        for more in MORE_ENTRY_TABLES:
            tables += more(row)
        return {**super().page_of(request, row), "tables": tables}


def explanation_tables(entry: EntryDetail) -> Iterator[Table]:
    """Yield what explains the entry: in words, its lots, and the entries it has to do with."""
    yield Table(
        title="Explained",
        heads=("What", "Value"),
        rows=[[Cell(label), Cell(cell.text, cell.url)] for label, cell in _facts(entry)],
        notes=entry.sentences,
    )
    yield Table(
        title="Lots moved",
        heads=("Lot", "Source", "Expires", "Credits", "Value"),
        rows=[
            [
                link(lot.grant, "grant", lot.grant),
                Cell(lot.source_label),
                moment(lot.expires_at),
                number(lot.credits, signed=True),
                Cell(money(lot.cost_cents, lot.currency), is_number=True),
            ]
            for lot in entry.lots
        ],
    )
    related = list(_related(entry))
    if related:
        yield Table(
            title="Entries it has to do with",
            heads=("How", "Entry", "Quantity", "Credits", "Apart", "When"),
            rows=related,
        )


def approval_tables(entry: LedgerEntry) -> Iterator[Table]:
    """Yield who asked for the entry and who approved it, where it needed two operators."""
    request = (
        ApprovalRequest.objects.filter(entry=entry).select_related("asked_by", "decided_by").first()
    )
    if request:
        yield Table(
            title="Two operators",
            heads=("Request", "Asked by", "When", "Approved by", "When", "Why"),
            rows=[
                [
                    link(request.pk, "approvalrequest", request.pk),
                    Cell(str(request.asked_by)),
                    moment(request.asked_at),
                    Cell(str(request.decided_by)),
                    moment(request.decided_at),
                    Cell(request.decision_reason),
                ]
            ],
        )


def _facts(entry: EntryDetail) -> Iterator[tuple[str, Cell]]:
    yield "Made by", Cell(entry.actor_label.replace("You", "The customer"))
    if entry.price:
        yield "Price", Cell(entry.price.formula)
        yield "In force from", moment(entry.price.in_force_from)
    if entry.hold:
        yield "Hold", link(entry.hold.id, "hold", entry.hold.id)
        yield "Held", number(entry.hold.held)
        yield "Captured", number(entry.hold.captured)
        yield "Freed", number(entry.hold.freed)
        yield "Placed", moment(entry.hold.placed_at)
    if entry.reversals:
        yield "Given back", number(entry.reversals.credits)
        yield "Left to give back", number(entry.reversals.left)
    if entry.retries:
        yield "Retries answered", Cell(str(entry.retries.count), is_number=True)
        yield "Last retry", moment(entry.retries.last_at)
    if entry.clawback:
        yield "Claw-back", link(entry.clawback.id, "clawback", entry.clawback.id)
        yield "Asked", number(entry.clawback.asked)
        yield "Taken", number(entry.clawback.taken)
        yield "Owed", number(entry.clawback.owed)
    if entry.repaid_debt:
        yield "Debt repaid", number(entry.repaid_debt.repaid)
        yield "Debt left", number(entry.repaid_debt.left)


def _related(entry: EntryDetail) -> Iterator[list[Cell]]:
    others = [
        ("Reverses", entry.reverses),
        ("Debt repaid from it", entry.debt_repayment),
        ("Other half of the roll-over", entry.rolled_over),
        ("Spend before, same service", entry.previous_spend),
        ("Spend after, same service", entry.next_spend),
    ]
    for reversal in entry.reversals.entries if entry.reversals else []:
        yield _related_row("Reversal", reversal)
    for how, other in others:
        if other:
            yield _related_row(how, other)


def _related_row(how: str, other: RelatedEntry) -> list[Cell]:
    return [
        Cell(how),
        link(other.sequence, "ledgerentry", other.id),
        number(other.quantity),
        number(other.credits, signed=True),
        Cell(other.apart),
        moment(other.created_at),
    ]
