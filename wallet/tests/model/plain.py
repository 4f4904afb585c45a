"""What a wallet is meant to do, without a database: lots, holds, debt, limits, use, time.

Time is a number of hours that only `wait` moves. Every verb assumes that nothing refuses it;
`refusal_of_spending`, `refusal_of_roll_over` and the figures say what does.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from creditsite.kernel.errors import DomainError
from wallet.errors import (
    ExpiryInThePast,
    ExpiryTooEarly,
    InsufficientCredits,
    LimitReached,
    NothingToRollOver,
    SystemPaused,
    WalletPaused,
)
from wallet.tests.model.parts import ZERO, Draw, Entry, Hold, Lot, Use, half_up

NEVER = math.inf
GRACE_HOURS = 30 * 24


@dataclass
class PlainWallet:
    """A wallet in plain Python."""

    now: float = 0
    lots: list[Lot] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    debt: Decimal = ZERO
    paused: bool = False
    system_paused: bool = False
    use: dict[str, Use] = field(default_factory=dict)
    # The most that may be spent on a service ("" is all of them).
    limits: dict[str, Decimal] = field(default_factory=dict)

    @property
    def balance(self) -> Decimal:
        return sum((lot.remaining for lot in self.lots), ZERO)

    @property
    def held(self) -> Decimal:
        return sum((hold.credits for hold in self.holds if hold.status == "open"), ZERO)

    @property
    def free(self) -> Decimal:
        return sum((lot.free for lot in self.lots if lot.expires_at > self.now), ZERO)

    @property
    def available(self) -> Decimal:
        """What is free, and what overdue holds will free beyond the debt it pays first."""
        freed = sum((self._lasting(hold.parts) for hold in self._overdue()), ZERO)
        return self.free + max(freed - self.debt, ZERO)

    def used(self, limited: str) -> Decimal:
        """What counts against the limit on a service, or on all of them."""
        spent = (
            use.credits - use.reversed for name, use in self.use.items() if limited in {"", name}
        )
        held = (
            hold.credits
            for hold in self.holds
            if hold.status == "open"
            and hold.expires_at > self.now
            and limited in {"", hold.service}
        )
        return sum(spent, ZERO) + sum(held, ZERO)

    def refusal_of_spending(self, service: str, credits: Decimal) -> type[DomainError] | None:
        """Return why a spend or a hold of these credits is refused."""
        if self.system_paused:
            return SystemPaused
        if self.paused:
            return WalletPaused
        if credits > self.available:
            return InsufficientCredits
        for limited, most in self.limits.items():
            if limited in {"", service} and self.used(limited) + credits > most:
                return LimitReached
        return None

    def wait(self, hours: float) -> None:
        self.now += hours

    def put_in(
        self, kind: str, credits: Decimal, cost_cents: int, priority: int, expires_at: float
    ) -> None:
        self._post(kind, [self._new_lot(credits, cost_cents, priority, expires_at)])
        if expires_at > self.now:
            self._repay(credits)

    def spend(self, service: str, credits: Decimal, quantity: Decimal = ZERO) -> Entry:
        self.sweep()
        return self._count(self._post("spend", self._draw(credits), service), quantity)

    def take_out(self, credits: Decimal) -> None:
        self.sweep()
        self._post("adjustment", self._draw(credits))

    def place_hold(self, service: str, credits: Decimal, expires_at: float) -> Hold:
        self.sweep()
        hold = Hold(service, list(self._choose(credits)), expires_at)
        for lot, part in hold.parts:
            lot.held += part
        self.holds.append(hold)
        return hold

    def capture(self, hold: Hold, credits: Decimal) -> Entry:
        self._settle(hold, "captured")
        hold.captured = credits
        taken, freed = [], []
        for lot, part in hold.parts:
            here = min(part, credits)
            credits -= here
            if here:
                taken.append(lot.move(-here))
            freed.append((lot, part - here))
        entry = self._count(self._post("spend", taken, hold.service), ZERO)
        self.sweep()
        self._repay(self._lasting(freed))
        return entry

    def release(self, hold: Hold) -> None:
        if hold.expires_at > self.now:
            self._settle(hold, "released")
            self.sweep()
            self._repay(self._lasting(hold.parts))
        else:
            self.sweep()

    def reverse(self, spend: Entry, credits: Decimal) -> None:
        skip, left, draws = spend.reversed, credits, []
        expires_at = self.now + GRACE_HOURS + len(self.entries) / 1e6
        for draw in reversed(spend.draws):
            skipped = min(skip, -draw.credits)
            skip -= skipped
            part = min(left, -draw.credits - skipped)
            left -= part
            if not part:
                continue
            if draw.lot.expires_at > self.now:
                back = draw.lot.move(part)
            else:
                worth = Fraction(max(-draw.cents - draw.cents_back, 0))
                cents = half_up(worth * Fraction(part) / Fraction(-draw.credits - skipped))
                back = self._new_lot(part, cents, draw.lot.priority, expires_at)
            draw.cents_back += back.cents
            draws.append(back)
        spend.reversed += credits
        self.use[spend.service].reversed += credits
        self._post("reversal", draws)
        self._repay(credits)

    def claw_back(self, credits: Decimal, lot: Lot | None, *, go_on: bool) -> Decimal:
        """Take what is there, owe the rest; return what was taken."""
        self.sweep()
        named = min(credits, lot.free) if lot else ZERO
        draws = [lot.move(-named)] if lot and named else []
        if go_on:
            draws += self._draw(min(credits - named, self.free))
        taken = -sum((draw.credits for draw in draws), ZERO)
        if taken:
            self._post("clawback", draws)
        self.debt += credits - taken
        return taken

    def refusal_of_roll_over(self, lot: Lot, expires_at: float) -> type[DomainError] | None:
        if not lot.free:
            return NothingToRollOver
        if expires_at <= self.now:
            return ExpiryInThePast
        return ExpiryTooEarly if expires_at < lot.expires_at else None

    def roll_over(self, lot: Lot, most: Decimal, expires_at: float) -> None:
        credits = min(most, lot.free)
        lapsed = self._post("expiry", [lot.move(-credits)])
        cents = -lapsed.draws[0].cents
        self._post("grant", [self._new_lot(credits, cents, lot.priority, expires_at)])

    def sweep(self) -> int:
        """Time out what is overdue, let lapse what has expired; return how much there was."""
        overdue = self._overdue()
        for hold in overdue:
            self._settle(hold, "expired")
        freed = sum((self._lasting(hold.parts) for hold in overdue), ZERO)
        lapsed = [lot for lot in self.lots if lot.expires_at <= self.now and lot.free]
        for lot in sorted(lapsed, key=lambda lot: (lot.expires_at, lot.number)):
            self._post("expiry", [lot.move(-lot.free)])
        self._repay(freed)
        return len(overdue) + len(lapsed)

    def close(self) -> None:
        self.sweep()
        for lot in self.lots:
            if lot.remaining:
                self._post("expiry", [lot.move(-lot.remaining)])

    def _overdue(self) -> list[Hold]:
        return [
            hold for hold in self.holds if hold.status == "open" and hold.expires_at <= self.now
        ]

    def _lasting(self, parts: Iterable[tuple[Lot, Decimal]]) -> Decimal:
        return sum((part for lot, part in parts if lot.expires_at > self.now), ZERO)

    def _settle(self, hold: Hold, status: str) -> None:
        hold.status = status
        for lot, part in hold.parts:
            lot.held -= part

    def _repay(self, most: Decimal) -> None:
        credits = min(self.debt, most, self.free)
        if credits:
            self._post("clawback", self._draw(credits))
            self.debt -= credits

    def _choose(self, credits: Decimal) -> Iterable[tuple[Lot, Decimal]]:
        for lot in sorted(self.lots, key=lambda lot: lot.draw_order):
            part = min(credits, lot.free) if lot.expires_at > self.now else ZERO
            if part:
                credits -= part
                yield lot, part
        assert credits == 0

    def _draw(self, credits: Decimal) -> list[Draw]:
        return [lot.move(-part) for lot, part in self._choose(credits)]

    def _new_lot(self, credits: Decimal, cents: int, priority: int, expires_at: float) -> Draw:
        lot = Lot(len(self.lots), credits, cents, priority, expires_at, credits)
        self.lots.append(lot)
        return Draw(lot, credits, cents)

    def _post(self, kind: str, draws: list[Draw], service: str = "") -> Entry:
        entry = Entry(kind, draws, service)
        self.entries.append(entry)
        return entry

    def _count(self, spend: Entry, quantity: Decimal) -> Entry:
        use = self.use.setdefault(spend.service, Use())
        use.spends += 1
        use.quantity += quantity
        use.credits -= spend.credits
        return spend
