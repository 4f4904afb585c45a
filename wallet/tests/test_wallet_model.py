"""The ledger against a plain-Python wallet: any sequence of operations agrees with it."""

from __future__ import annotations

import itertools
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule, run_state_machine_as_test

from creditsite.kernel.errors import DomainError, IdempotencyKeyReused
from wallet import actions, errors
from wallet.actions import BatchItem, Posting
from wallet.models import Clawback, Grant, GrantSource, Hold, LedgerEntry, LimitPeriod
from wallet.tests.conftest import ACTOR
from wallet.tests.model import parts, shares
from wallet.tests.model.pair import RATES, WalletPair
from wallet.tests.model.plain import NEVER


class WalletMachine(WalletPair):
    """Runs each operation on both wallets; they are compared after every step."""

    def __init__(self) -> None:
        super().__init__()
        self.keys = (f"key-{number}" for number in itertools.count())
        self.spends: list[tuple[LedgerEntry, parts.Entry]] = []
        self.holds: list[tuple[Hold, parts.Hold]] = []
        # What was answered: the request, its key, and the row that was the answer.
        self.answered: list[tuple[partial[Any], str, int]] = []

    def ask(self, call: partial[Any], refusal: type[DomainError] | None = None) -> bool:
        """Tell whether the call was answered; it must be, unless it is refused as said."""
        key = next(self.keys)
        if refusal is not None:
            with pytest.raises(refusal):
                call(idempotency_key=key)
            return False
        self.answered.append((call, key, shares.row_of(call(idempotency_key=key)).pk))
        return True

    @initialize(lives=st.lists(shares.LIVES, min_size=1, max_size=4))
    def begin_with_some_lots(self, lives: list[float]) -> None:
        for cents, life in enumerate(lives):
            self.grant(credits=Decimal("9.9999"), cents=cents * 101, priority=0, life=life)

    @rule(
        credits=shares.CREDITS,
        cents=st.integers(0, 900),
        priority=st.integers(-1, 1),
        life=shares.LIVES,
    )
    def grant(self, credits: Decimal, cents: int, priority: int, life: float) -> None:
        expires_at = self.plain.now + life
        self.ask(
            partial(
                actions.grant_credits,
                wallet=self.wallet,
                credits=credits,
                source=GrantSource.TOP_UP,
                actor=ACTOR,
                cost_cents=cents,
                priority=priority,
                expires_at=self.moment(expires_at),
            )
        )
        self.plain.put_in("grant", credits, cents, priority, expires_at)

    @rule(credits=shares.CREDITS, take=st.booleans())
    def adjust(self, credits: Decimal, take: bool) -> None:
        call = partial(actions.adjust_wallet, wallet=self.wallet, reason="model", actor=ACTOR)
        if not take:
            self.ask(partial(call, credits=credits))
            self.plain.put_in("adjustment", credits, 0, 0, NEVER)
        else:
            missing = credits > self.plain.available
            refusal = errors.InsufficientCredits if missing else None
            if self.ask(partial(call, credits=-credits), refusal):
                self.plain.take_out(credits)

    @rule(service=shares.SERVICES, number=shares.FEW, priced=st.booleans())
    def spend(self, service: str, number: Decimal, priced: bool) -> None:
        asked: dict[str, Any] = {"quantity": number} if priced else {"credits": number}
        credits = shares.cost_of(service, number) if priced else number
        call = partial(
            actions.spend_credits, wallet_id=self.wallet.pk, service=service, actor=ACTOR, **asked
        )
        if self.ask(call, self.plain.refusal_of_spending(service, credits)):
            spent = self.plain.spend(service, credits, number if priced else parts.ZERO)
            self.spends.append((self.newest(kind="spend"), spent))

    @rule(share=shares.SHARE, service=shares.SERVICES)
    def spend_a_share_of_what_is_available(self, share: Decimal, service: str) -> None:
        credits = shares.share_of(self.plain.available, share)
        self.spend(service=service, number=credits, priced=False)

    @rule(wanted=st.lists(st.tuples(shares.SERVICES, shares.FEW), min_size=1, max_size=4))
    def spend_several(self, wanted: list[tuple[str, Decimal]]) -> None:
        items = [
            BatchItem(self.wallet.pk, service, quantity, next(self.keys))
            for service, quantity in wanted
        ]
        results = actions.spend_batch(items=items, actor=ACTOR)
        for (service, quantity), result in zip(wanted, results, strict=True):
            credits = shares.cost_of(service, quantity)
            refusal = self.plain.refusal_of_spending(service, credits)
            if refusal is None:
                assert isinstance(result, Posting)
                assert not result.replayed
                self.spends.append((result.entry, self.plain.spend(service, credits, quantity)))
            else:
                assert isinstance(result, refusal)

    @rule(service=shares.SERVICES, share=shares.SHARE, hours=st.integers(0, 4))
    def hold(self, service: str, share: Decimal, hours: int) -> None:
        credits = shares.share_of(self.plain.available, share)
        call = partial(
            actions.place_hold,
            wallet_id=self.wallet.pk,
            service=service,
            credits=credits,
            expires_in=timedelta(hours=hours + 0.5),
            actor=ACTOR,
        )
        if self.ask(call, self.plain.refusal_of_spending(service, credits)):
            placed = self.plain.place_hold(service, credits, self.plain.now + hours + 0.5)
            self.holds.append((self.wallet.holds.latest("id"), placed))

    @precondition(lambda self: self.holds)
    @rule(data=st.data(), share=shares.SHARE)
    def capture(self, data: st.DataObject, share: Decimal) -> None:
        hold, plain = data.draw(st.sampled_from(self.some_holds()))
        credits = shares.share_of(plain.credits, share)
        call = partial(actions.capture_hold, hold=hold, credits=credits, actor=ACTOR)
        if plain.status == "captured" and plain.captured == credits:
            assert call().replayed
        elif plain.status != "open" or plain.expires_at <= self.plain.now:
            self.ask(call, errors.HoldAlreadySettled)
        elif credits > plain.credits:
            self.ask(call, errors.CaptureAboveHold)
        elif self.ask(call):
            spent = self.plain.capture(plain, credits)
            self.spends.append((self.newest(kind="spend"), spent))

    @precondition(lambda self: self.holds)
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        hold, plain = data.draw(st.sampled_from(self.some_holds()))
        if plain.status == "captured":
            with pytest.raises(errors.HoldAlreadySettled):
                actions.release_hold(hold=hold)
            return
        assert actions.release_hold(hold=hold).replayed == (plain.status != "open")
        if plain.status == "open":
            self.plain.release(plain)

    @precondition(lambda self: self.spends)
    @rule(data=st.data(), share=st.none() | shares.SHARE)
    def reverse(self, data: st.DataObject, share: Decimal | None) -> None:
        spend, plain = data.draw(st.sampled_from(self.spends))
        credits = None if share is None else shares.share_of(-plain.credits, share)
        call = partial(
            actions.reverse_spend, spend=spend, credits=credits, reason="model", actor=ACTOR
        )
        if plain.left == 0:
            self.ask(call, errors.SpendAlreadyReversed)
        elif credits is not None and credits > plain.left:
            self.ask(call, errors.ReversalTooLarge)
        elif self.ask(call):
            self.plain.reverse(plain, plain.left if credits is None else credits)

    @rule(data=st.data(), share=shares.SHARE, go_on=st.booleans())
    def claw_back(self, data: st.DataObject, share: Decimal, go_on: bool) -> None:
        credits = shares.share_of(self.plain.balance, share)
        lot = data.draw(st.sampled_from([None, *self.plain.lots]))
        call = partial(
            actions.claw_back,
            wallet=self.wallet,
            credits=credits,
            reference="",
            reason="model",
            actor=ACTOR,
            grant=self.lot(lot) if lot else None,
            go_on=go_on,
        )
        self.ask(call)
        taken = self.plain.claw_back(credits, lot, go_on=go_on)
        assert Clawback.objects.latest("id").taken == taken

    @precondition(lambda self: self.plain.lots)
    @rule(data=st.data(), most=st.none() | shares.CREDITS, life=shares.LIVES)
    def roll_over(self, data: st.DataObject, most: Decimal | None, life: float) -> None:
        lot = data.draw(st.sampled_from(self.plain.lots))
        expires_at = self.plain.now + life
        call = partial(
            actions.roll_over,
            grant=self.lot(lot),
            expires_at=self.moment(expires_at),
            actor=ACTOR,
            most=most,
        )
        if self.ask(call, None if lot.free else errors.NothingToRollOver):
            self.plain.roll_over(lot, lot.free if most is None else most, expires_at)

    @rule(hours=st.integers(1, 3))
    def time_passes(self, hours: int) -> None:
        self.wait(hours)

    @rule()
    def sweep(self) -> None:
        assert actions.expire_grants() == self.plain.sweep()

    @rule(limited=st.sampled_from(("", *RATES)), most=st.none() | shares.CREDITS)
    def limit(self, limited: str, most: Decimal | None) -> None:
        # By the month, so that a midnight does not come in between.
        limit: dict[str, Any] = {
            "wallet": self.wallet,
            "period": LimitPeriod.MONTH,
            "service": self.services.get(limited),
        }
        if most is not None:
            actions.set_limit(credits=most, **limit)
            self.plain.limits[limited] = most
        elif self.plain.limits.pop(limited, None) is not None:
            actions.remove_limit(**limit)

    @rule(service=shares.SERVICES)
    def nothing_is_spent_while_paused(self, service: str) -> None:
        actions.pause_wallet(wallet=self.wallet, reason="model", actor=ACTOR)
        self.plain.paused = True
        self.spend(service=service, number=Decimal(1), priced=True)
        self.hold(service=service, share=Decimal(1), hours=1)
        actions.pause_system(reason="model", actor=ACTOR)
        self.plain.system_paused = True
        self.spend_several(wanted=[(service, Decimal(1))])
        self.hold(service=service, share=Decimal(1), hours=1)
        actions.resume_system(actor=ACTOR)
        actions.resume_wallet(wallet=self.wallet, reason="model", actor=ACTOR)
        self.plain.paused = self.plain.system_paused = False

    @precondition(lambda self: self.answered)
    @rule(data=st.data(), verb=st.sampled_from(("spend", "hold", "grant", "claw back")))
    def ask_again(self, data: st.DataObject, verb: str) -> None:
        """The same request is answered the first row, another one under its key is refused."""
        call, key, answer = data.draw(st.sampled_from(self.answered))
        assert shares.row_of(call(idempotency_key=key)).pk == answer
        if verb == "claw back" or not Clawback.objects.filter(idempotency_key=key, entry=None):
            with pytest.raises(IdempotencyKeyReused):
                self.other_requests()[verb](idempotency_key=key)

    def other_requests(self) -> dict[str, partial[Any]]:
        credits, odd = Decimal(1), {"odd": "request"}
        spent: dict[str, Any] = {
            "wallet_id": self.wallet.pk,
            "service": "runs",
            "credits": credits,
            "actor": ACTOR,
        }
        moved: dict[str, Any] = {
            "wallet": self.wallet,
            "credits": credits,
            "reference": "odd",
            "actor": ACTOR,
        }
        return {
            "spend": partial(actions.spend_credits, **spent, metadata=odd),
            "hold": partial(
                actions.place_hold, **spent, metadata=odd, expires_in=timedelta(hours=1)
            ),
            "grant": partial(actions.grant_credits, **moved, source=GrantSource.DISPUTE),
            "claw back": partial(actions.claw_back, **moved, reason="model"),
        }

    def some_holds(self) -> list[tuple[Hold, parts.Hold]]:
        """The holds, and the open ones once more, so that these are chosen more often."""
        return self.holds + [pair for pair in self.holds if pair[1].status == "open"] * 3

    def newest(self, *, kind: str) -> LedgerEntry:
        return self.wallet.entries.filter(kind=kind).latest("sequence")

    def lot(self, plain: parts.Lot) -> Grant:
        return self.wallet.grants.order_by("id")[plain.number]


def test_any_sequence_of_operations_agrees_with_a_plain_wallet(db: None) -> None:
    run_state_machine_as_test(
        WalletMachine,
        settings=settings(
            max_examples=30,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
