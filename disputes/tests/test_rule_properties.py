"""Rulings, appeals and reversals elsewhere, with any numbers in any order."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from creditsite.accounts.models import User
from creditsite.kernel.errors import DomainError
from disputes.actions import appeal_ruling, withdraw_dispute
from disputes.models import DisputedCharge, RulingOutcome
from disputes.tests.cases import ACTOR, EXPLANATION, charge, dispute, rule
from disputes.tests.test_rule import PARTIAL, reverse
from wallet.models import LedgerEntry, Wallet

AMOUNTS = st.decimals("0.0001", "12", places=4).map(str)


@dataclass(frozen=True)
class Round:
    """What is reversed elsewhere before a ruling (None: nothing), and how it is ruled."""

    reversed: str | None
    outcome: RulingOutcome
    named: str


ROUNDS = st.builds(Round, st.none() | AMOUNTS, st.sampled_from(RulingOutcome), AMOUNTS)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
# All is drawn before anything happens: what is drawn must not hang on what was refused.
@given(
    spent=AMOUNTS,
    reversed_before=st.none() | AMOUNTS,
    claimed=AMOUNTS,
    rounds=st.tuples(ROUNDS, ROUNDS),
)
def test_whatever_happens_no_more_comes_back_than_was_spent(
    wallet: Wallet,
    reviewer: User,
    supervisor: User,
    spent: str,
    reversed_before: str | None,
    claimed: str,
    rounds: tuple[Round, Round],
) -> None:
    """Claims, reversals elsewhere, rulings and appeals with any numbers, in any order."""
    spend = charge(wallet, spent)
    reverse_some(spend, reversed_before)
    with suppress(DomainError):
        case = dispute(spend, claimed=claimed)
        for who, each in zip((reviewer, supervisor), rounds, strict=True):
            reverse_some(spend, each.reversed)
            named = {spend: each.named} if each.outcome == PARTIAL else None
            with suppress(DomainError):
                rule(case, who, each.outcome, credits=named)
            with suppress(DomainError):
                appeal_ruling(dispute=case, reason=EXPLANATION, actor=ACTOR)
        # A customer may have so many cases at once.
        withdraw_dispute(dispute=case, actor=ACTOR)
    back = sum(entry.credits for entry in LedgerEntry.objects.filter(reverses=spend))
    assert back <= -spend.credits
    for claim in DisputedCharge.objects.filter(entry=spend):
        by_rulings = sum(ruled.credits for ruled in claim.ruled.all())
        assert claim.refunded == by_rulings <= claim.claimed


def reverse_some(spend: LedgerEntry, credits: str | None) -> None:
    if credits is not None:
        with suppress(DomainError):
            reverse(spend, credits)
