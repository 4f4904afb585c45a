"""The parts of an explained entry, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from wallet.reports.history import EntryRow


@dataclass(frozen=True)
class Price:
    """How the credits of a spend follow from its quantity."""

    credits_per_unit: Decimal
    unit: str
    minimum_credits: Decimal
    in_force_from: datetime
    quantity: Decimal
    terms: str
    formula: str


@dataclass(frozen=True)
class DrawnLot:
    """The part of an entry that one lot gave (negative) or took.

    `cost_cents` is its value; None for the first entries, which did not say.
    """

    grant: int
    credits: Decimal
    cost_cents: int | None
    currency: str
    source: str
    source_label: str
    expires_at: datetime | None


@dataclass(frozen=True)
class CapturedHold:
    """The hold that a spend captured: what was held, taken and freed."""

    id: int
    held: Decimal
    captured: Decimal
    freed: Decimal
    placed_at: datetime
    settled_at: datetime | None
    expires_at: datetime


@dataclass(frozen=True)
class RelatedEntry:
    """Another entry that this one has to do with. `apart` says how long before or after."""

    id: int
    sequence: int
    title: str
    credits: Decimal
    quantity: Decimal | None
    created_at: datetime
    apart: str
    url: str


@dataclass(frozen=True)
class Reversals:
    """What of a spend was given back, and how much of it is left to give back."""

    entries: list[RelatedEntry]
    credits: Decimal
    left: Decimal


@dataclass(frozen=True)
class Retries:
    """How many repeated requests the entry answered, and when the last one came."""

    count: int
    last_at: datetime


@dataclass(frozen=True)
class ClawbackFacts:
    """How many credits were asked back, were there to take, and are owed since."""

    id: int
    asked: Decimal
    taken: Decimal
    owed: Decimal


@dataclass(frozen=True)
class RepaidDebt:
    """What of a debt this entry paid, and what was owed after it."""

    repaid: Decimal
    left: Decimal


@dataclass(frozen=True)
class EntryDetail(EntryRow):
    """An entry with everything that explains it; what does not apply is None or empty."""

    sentences: list[str]
    service_name: str
    price: Price | None
    balance_before: Decimal
    cost_cents: int
    lots: list[DrawnLot]
    hold: CapturedHold | None
    reverses: RelatedEntry | None
    reversals: Reversals | None
    previous_spend: RelatedEntry | None
    next_spend: RelatedEntry | None
    retries: Retries | None
    clawback: ClawbackFacts | None
    repaid_debt: RepaidDebt | None
    debt_repayment: RelatedEntry | None
    rolled_over: RelatedEntry | None
    actor_label: str
    reason: str
    reference: str
    metadata_items: list[tuple[str, str]]
    idempotency_key: str
    hash_hex: str

    @property
    def neighbours(self) -> list[RelatedEntry]:
        """The spends of the same service just before and after this one."""
        return [other for other in (self.previous_spend, self.next_spend) if other]
