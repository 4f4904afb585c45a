"""A real wallet and a plain one, side by side."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from hypothesis.stateful import RuleBasedStateMachine, invariant

from creditsite.accounts.models import User
from creditsite.kernel import clock
from wallet.actions import add_service, close_wallet, open_wallet
from wallet.models import Grant
from wallet.tests.conftest import ACTOR
from wallet.tests.model.parts import Use
from wallet.tests.model.passing_time import PassingTime
from wallet.tests.model.plain import NEVER, PlainWallet

# The services, and what a unit of them costs.
RATES = {"maps": Decimal("0.5"), "runs": Decimal("1.25")}


class WalletPair(RuleBasedStateMachine):
    """Both wallets, in a transaction that is rolled back; subclasses have the rules."""

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.wallet = open_wallet(customer=User.objects.create_user("model@example.com"))
        self.services = {
            slug: add_service(slug=slug, name=slug, unit="one", credits_per_unit=rate)
            for slug, rate in RATES.items()
        }
        self.plain = PlainWallet()
        self.time = PassingTime()
        self.began = clock.now()
        self.entries_compared = 0

    def moment(self, hour: float) -> datetime:
        """Return an hour of the plain wallet as the real one has it at present."""
        if hour == NEVER:
            return clock.NEVER
        return self.began + timedelta(hours=hour - self.plain.now)

    def wait(self, hours: int) -> None:
        self.time.passes(hours=hours)
        self.plain.wait(hours)

    def teardown(self) -> None:
        """Close the wallet once all holds are over, and let `verify_ledger` look at it."""
        try:
            self.wait(100)
            close_wallet(wallet=self.wallet, reason="model", actor=ACTOR)
            self.plain.close()
            self.both_agree()
            assert self.wallet.balance == 0
            self.time.verify()
        finally:
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)

    @invariant()
    def both_agree(self) -> None:
        lots = list(self.wallet.grants.order_by("id"))
        self.figures_agree()
        self.lots_and_holds_agree(lots)
        self.entries_agree(lots)
        self.use_agrees()

    def figures_agree(self) -> None:
        self.wallet.refresh_from_db()
        wallet, plain = self.wallet, self.plain
        assert wallet.balance == plain.balance
        assert wallet.held == plain.held
        assert wallet.debt == plain.debt
        assert wallet.available() == plain.available
        assert wallet.sequence == len(plain.entries)

    def lots_and_holds_agree(self, lots: list[Grant]) -> None:
        assert [(lot.remaining, lot.held, lot.cost_cents) for lot in lots] == [
            (lot.remaining, lot.held, lot.cost_cents) for lot in self.plain.lots
        ]
        holds = list(self.wallet.holds.order_by("id"))
        assert [(hold.status, hold.credits, hold.captured) for hold in holds] == [
            (hold.status, hold.credits, hold.captured) for hold in self.plain.holds
        ]
        # What is due is never overlooked: the wallet looks for it early enough.
        lapsing = [lot.expires_at for lot in lots if lot.remaining > lot.held]
        assert self.wallet.next_expiry_at <= min(lapsing, default=clock.NEVER)
        open_holds = [hold.expires_at for hold in holds if hold.status == "open"]
        assert self.wallet.next_release_at <= min(open_holds, default=clock.NEVER)

    def entries_agree(self, lots: list[Grant]) -> None:
        number = {lot.pk: place for place, lot in enumerate(lots)}
        new = self.wallet.entries.filter(sequence__gt=self.entries_compared).order_by("sequence")
        assert [
            (
                entry.kind,
                entry.cost_cents,
                [(number[lot], Decimal(credits), cents) for lot, credits, cents in entry.draws],
            )
            for entry in new
        ] == [
            (
                entry.kind,
                sum(draw.cents for draw in entry.draws),
                [(draw.lot.number, draw.credits, draw.cents) for draw in entry.draws],
            )
            for entry in self.plain.entries[self.entries_compared :]
        ]
        self.entries_compared = len(self.plain.entries)

    def use_agrees(self) -> None:
        found = {slug: Use() for slug in RATES}
        for day in self.wallet.usage_days.select_related("service"):
            use = found[day.service.slug]
            use.spends += day.spends
            use.quantity += day.quantity
            use.credits += day.credits
            use.reversed += day.reversed
        assert found == {slug: self.plain.use.get(slug, Use()) for slug in RATES}
