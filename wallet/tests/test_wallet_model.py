"""The ledger against a plain-Python wallet: any sequence of operations agrees with it."""

from __future__ import annotations

import io
import itertools
from dataclasses import dataclass, field
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from creditsite.accounts.models import User
from creditsite.kernel.errors import DomainError, IdempotencyKeyReused
from wallet.actions import (
    Posting,
    adjust_wallet,
    grant_credits,
    open_wallet,
    pause_wallet,
    publish_rate,
    resume_wallet,
    spend_credits,
)
from wallet.errors import InsufficientCredits, WalletPaused
from wallet.models import GrantSource, Service
from wallet.tests.conftest import ACTOR

CREDITS = st.decimals(Decimal("0.0001"), Decimal(50), places=4)


@dataclass
class Lot:
    """A lot as the model sees it; the sort key is the published draw order."""

    credits: Decimal
    remaining: Decimal
    cost_cents: int
    priority: int
    age: int

    @property
    def order(self) -> tuple[int, bool, Decimal, int]:
        return (self.priority, self.cost_cents > 0, self.cost_cents / self.credits, self.age)


@dataclass
class PlainWallet:
    """What a wallet is meant to do, without a database."""

    lots: list[Lot] = field(default_factory=list)
    paused: bool = False
    entries: int = 0

    @property
    def balance(self) -> Decimal:
        return sum((lot.remaining for lot in self.lots), Decimal(0))

    def put(self, credits: Decimal, cost_cents: int, priority: int) -> None:
        self.lots.append(Lot(credits, credits, cost_cents, priority, len(self.lots)))
        self.entries += 1

    def take(self, credits: Decimal) -> None:
        for lot in sorted(self.lots, key=lambda lot: lot.order):
            part = min(credits, lot.remaining)
            lot.remaining -= part
            credits -= part
        assert credits == 0
        self.entries += 1


class WalletMachine(RuleBasedStateMachine):
    """Runs each operation on both wallets and compares them after every step."""

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.wallet = open_wallet(customer=User.objects.create_user("model@example.com"))
        self.service = Service.objects.create(slug="model", name="Model")
        publish_rate(service=self.service, credits_per_unit=Decimal("0.5"))
        self.plain = PlainWallet()
        self.keys = itertools.count()
        self.spent: list[tuple[str, Decimal, int]] = []

    def teardown(self) -> None:
        call_command("verify_ledger", verbosity=0, stdout=io.StringIO())
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    def spend(self, quantity: Decimal, key: str) -> Posting:
        return spend_credits(
            wallet_id=self.wallet.pk,
            service=self.service.slug,
            quantity=quantity,
            idempotency_key=key,
            actor=ACTOR,
        )

    @rule(credits=CREDITS, cost_cents=st.integers(0, 900), priority=st.integers(-1, 1))
    def grant(self, credits: Decimal, cost_cents: int, priority: int) -> None:
        grant_credits(
            wallet=self.wallet,
            credits=credits,
            source=GrantSource.TOP_UP,
            idempotency_key=f"key-{next(self.keys)}",
            actor=ACTOR,
            cost_cents=cost_cents,
            priority=priority,
        )
        self.plain.put(credits, cost_cents, priority)

    @rule(quantity=st.decimals(Decimal("0.0002"), Decimal(60), places=4))
    def spend_once(self, quantity: Decimal) -> None:
        key = f"key-{next(self.keys)}"
        cost = (quantity / 2).quantize(Decimal("0.0001"), rounding="ROUND_HALF_UP")
        if self.plain.paused:
            with pytest.raises(WalletPaused):
                self.spend(quantity, key)
        elif cost > self.plain.balance:
            with pytest.raises(InsufficientCredits):
                self.spend(quantity, key)
        else:
            entry = self.spend(quantity, key).entry
            assert entry.credits == -cost
            self.plain.take(cost)
            self.spent.append((key, quantity, entry.pk))

    @precondition(lambda self: self.spent)
    @rule(data=st.data())
    def spend_again(self, data: st.DataObject) -> None:
        key, quantity, entry_id = data.draw(st.sampled_from(self.spent))
        posting = self.spend(quantity, key)
        assert posting.replayed and posting.entry.pk == entry_id
        with pytest.raises(IdempotencyKeyReused):
            self.spend(quantity + 1, key)

    @rule(credits=CREDITS, take=st.booleans())
    def adjust(self, credits: Decimal, take: bool) -> None:
        def run() -> None:
            adjust_wallet(
                wallet=self.wallet,
                credits=-credits if take else credits,
                reason="model",
                idempotency_key=f"key-{next(self.keys)}",
                actor=ACTOR,
            )

        if take and credits > self.plain.balance:
            with pytest.raises(InsufficientCredits):
                run()
        elif take:
            run()
            self.plain.take(credits)
        else:
            run()
            self.plain.put(credits, 0, 0)

    @rule(pause=st.booleans())
    def switch(self, pause: bool) -> None:
        step = pause_wallet if pause else resume_wallet
        if pause == self.plain.paused:
            with pytest.raises(DomainError):
                step(wallet=self.wallet, reason="model", actor=ACTOR)
        else:
            step(wallet=self.wallet, reason="model", actor=ACTOR)
            self.plain.paused = pause

    @invariant()
    def both_agree(self) -> None:
        self.wallet.refresh_from_db()
        assert self.wallet.balance == self.plain.balance
        assert self.wallet.sequence == self.plain.entries
        remaining = self.wallet.grants.order_by("id").values_list("remaining", flat=True)
        assert list(remaining) == [lot.remaining for lot in self.plain.lots]


def test_any_sequence_of_operations_agrees_with_a_plain_wallet(db: None) -> None:
    run_state_machine_as_test(
        WalletMachine,
        settings=settings(
            max_examples=40,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
