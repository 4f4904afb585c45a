"""The ledger against a plain-Python wallet: any sequence of operations agrees with it."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule, run_state_machine_as_test

from creditsite.kernel.errors import DomainError, IdempotencyKeyReused
from wallet import actions, errors
from wallet.actions import BatchItem, Posting
from wallet.models import Clawback, Grant, GrantSource, Hold, LedgerEntry, LimitPeriod
from wallet.tests.conftest import ACTOR
from wallet.tests.model import parts, shares
from wallet.tests.model.pair import RATES, WalletPair
from wallet.tests.model.plain import NEVER

Draw = Callable[[st.SearchStrategy[Any]], Any]

# What is done, the more often the more there is to go wrong.
STEPS = (
    *("grant", "spend", "spend_a_share", "spend_several", "hold", "capture", "reverse") * 2,
    *("time_passes", "hold", "release", "claw_back", "sweep") * 2,
    *("capture", "reverse", "adjust", "roll_over", "limit", "pause", "ask_again"),
)


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

    @initialize(data=st.data(), number=st.integers(1, 4))
    def begin(self, data: st.DataObject, number: int) -> None:
        for _lot in range(number):
            self.grant(data.draw)

    # One rule for all: Hypothesis would leave some rules out of every run.
    @rule(data=st.data(), step=st.sampled_from(STEPS))
    def do(self, data: st.DataObject, step: str) -> None:
        if step in {"capture", "release"} and not self.holds:
            step = "hold"
        if step == "reverse" and not self.spends:
            step = "spend"
        getattr(self, step)(data.draw)

    def grant(self, draw: Draw) -> None:
        credits, cents = draw(shares.CREDITS), draw(st.integers(0, 900))
        priority, expires_at = draw(st.integers(-1, 1)), self.plain.now + draw(shares.LIVES)
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

    def adjust(self, draw: Draw) -> None:
        credits, take = draw(shares.FEW), draw(st.booleans())
        call = partial(actions.adjust_wallet, wallet=self.wallet, reason="model", actor=ACTOR)
        if not take:
            self.ask(partial(call, credits=credits))
            self.plain.put_in("adjustment", credits, 0, 0, NEVER)
        else:
            missing = credits > self.plain.available
            refusal = errors.InsufficientCredits if missing else None
            if self.ask(partial(call, credits=-credits), refusal):
                self.plain.take_out(credits)

    def spend(self, draw: Draw) -> None:
        self.spend_number(draw(shares.SERVICES), draw(shares.FEW), priced=draw(st.booleans()))

    def spend_a_share(self, draw: Draw) -> None:
        credits = shares.share_of(self.plain.available, draw(shares.SHARE))
        self.spend_number(draw(shares.SERVICES), credits, priced=False)

    def spend_number(self, service: str, number: Decimal, *, priced: bool) -> None:
        asked: dict[str, Any] = {"quantity": number} if priced else {"credits": number}
        credits = shares.cost_of(service, number) if priced else number
        call = partial(
            actions.spend_credits, wallet_id=self.wallet.pk, service=service, actor=ACTOR, **asked
        )
        if self.ask(call, self.plain.refusal_of_spending(service, credits)):
            spent = self.plain.spend(service, credits, number if priced else parts.ZERO)
            self.spends.append((self.newest(kind="spend"), spent))

    def spend_several(self, draw: Draw) -> None:
        wanted = draw(st.lists(st.tuples(shares.SERVICES, shares.FEW), min_size=1, max_size=4))
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

    def hold(self, draw: Draw) -> None:
        service, hours = draw(shares.SERVICES), draw(st.integers(0, 4))
        credits = shares.share_of(self.plain.available, draw(shares.SHARE))
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

    def capture(self, draw: Draw) -> None:
        hold, plain = draw(st.sampled_from(self.some_holds()))
        credits = shares.share_of(plain.credits, draw(shares.SHARE))
        said = {"ended": "well"}
        call = partial(actions.capture_hold, hold=hold, credits=credits, metadata=said, actor=ACTOR)
        if plain.status == "captured" and plain.captured == credits:
            assert call().replayed
        elif plain.status != "open" or plain.expires_at <= self.plain.now:
            self.ask(call, errors.HoldAlreadySettled)
        elif credits > plain.credits:
            self.ask(call, errors.CaptureAboveHold)
        elif self.ask(call):
            spent = self.plain.capture(plain, credits)
            self.spends.append((self.newest(kind="spend"), spent))

    def release(self, draw: Draw) -> None:
        hold, plain = draw(st.sampled_from(self.some_holds()))
        if plain.status == "captured":
            with pytest.raises(errors.HoldAlreadySettled):
                actions.release_hold(hold=hold)
            return
        assert actions.release_hold(hold=hold).replayed == (plain.status != "open")
        if plain.status == "open":
            self.plain.release(plain)

    def reverse(self, draw: Draw) -> None:
        spend, plain = draw(st.sampled_from(self.spends))
        share = draw(st.none() | shares.SHARE)
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

    def claw_back(self, draw: Draw) -> None:
        credits = shares.share_of(self.plain.balance, draw(shares.LITTLE))
        go_on = draw(st.booleans())
        lot = draw(st.sampled_from([None, *self.plain.lots]))
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

    def roll_over(self, draw: Draw) -> None:
        lot, most = draw(st.sampled_from(self.plain.lots)), draw(st.none() | shares.CREDITS)
        expires_at = self.plain.now + draw(shares.LIVES)
        call = partial(
            actions.roll_over,
            grant=self.lot(lot),
            expires_at=self.moment(expires_at),
            actor=ACTOR,
            most=most,
        )
        refusal = self.plain.refusal_of_roll_over(lot, expires_at)
        if self.ask(call, refusal):
            self.plain.roll_over(lot, lot.free if most is None else most, expires_at)

    def time_passes(self, draw: Draw) -> None:
        self.wait(draw(st.integers(1, 3)))

    def sweep(self, _draw: Draw) -> None:
        assert actions.expire_grants() == self.plain.sweep()

    def limit(self, draw: Draw) -> None:
        limited, most = draw(st.sampled_from(("", *RATES))), draw(shares.LIMITS)
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

    def pause(self, draw: Draw) -> None:
        actions.pause_wallet(wallet=self.wallet, reason="model", actor=ACTOR)
        self.plain.paused = True
        self.spend(draw)
        self.hold(draw)
        actions.pause_system(reason="model", actor=ACTOR)
        self.plain.system_paused = True
        self.spend_several(draw)
        self.hold(draw)
        actions.resume_system(actor=ACTOR)
        actions.resume_wallet(wallet=self.wallet, reason="model", actor=ACTOR)
        self.plain.paused = self.plain.system_paused = False

    def ask_again(self, draw: Draw) -> None:
        """The same request is answered the first row, another one under its key is refused."""
        verb = draw(st.sampled_from(("spend", "hold", "grant", "claw back")))
        call, key, answer = draw(st.sampled_from(self.answered))
        assert shares.row_of(call(idempotency_key=key)).pk == answer
        if verb == "claw back" or not Clawback.objects.filter(idempotency_key=key, entry=None):
            with pytest.raises(IdempotencyKeyReused):
                self.other_requests()[verb](idempotency_key=key)

    def other_requests(self) -> dict[str, partial[Any]]:
        credits, odd = Decimal(1), {"odd": "request"}
        both: dict[str, Any] = {"credits": credits, "actor": ACTOR}
        spent = both | {"wallet_id": self.wallet.pk, "service": "runs", "metadata": odd}
        moved = both | {"wallet": self.wallet, "reference": "odd"}
        return {
            "spend": partial(actions.spend_credits, **spent),
            "hold": partial(actions.place_hold, **spent, expires_in=timedelta(hours=1)),
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
            max_examples=25,
            stateful_step_count=60,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
