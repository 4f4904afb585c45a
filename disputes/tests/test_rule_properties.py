"""Rulings, appeals and reversals elsewhere, with any numbers in any order."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from creditsite.accounts.models import User
from creditsite.kernel.errors import DomainError
from disputes.actions import appeal_ruling
from disputes.models import DisputedCharge, RulingOutcome
from disputes.tests.cases import ACTOR, EXPLANATION, charge, dispute, rule
from disputes.tests.test_rule import PARTIAL, reverse
from wallet.models import LedgerEntry, Wallet


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_whatever_happens_no_more_comes_back_than_was_spent(
    wallet: Wallet, reviewer: User, supervisor: User, data: st.DataObject
) -> None:
    """Claims, reversals elsewhere, rulings and appeals with any numbers, in any order."""
    amounts = st.decimals("0.0001", "12", places=4)
    spend = charge(wallet, str(data.draw(amounts, "spent")))
    spent = -spend.credits
    if data.draw(st.booleans(), "reversed before"):
        with suppress(DomainError):
            reverse(spend, str(data.draw(amounts, "part")))
    with suppress(DomainError):
        case = dispute(spend, claimed=str(data.draw(amounts, "claimed")))
        for who in (reviewer, supervisor):
            if data.draw(st.booleans(), "reversed meanwhile"):
                with suppress(DomainError):
                    reverse(spend, str(data.draw(amounts, "part")))
            outcome = data.draw(st.sampled_from(RulingOutcome), "outcome")
            named = {spend: str(data.draw(amounts, "named"))} if outcome == PARTIAL else None
            with suppress(DomainError):
                rule(case, who, outcome, credits=named)
            with suppress(DomainError):
                appeal_ruling(dispute=case, reason=EXPLANATION, actor=ACTOR)
    back = sum(entry.credits for entry in LedgerEntry.objects.filter(reverses=spend))
    assert back <= spent
    for claim in DisputedCharge.objects.filter(entry=spend):
        by_rulings = sum(ruled.credits for ruled in claim.ruled.all())
        assert claim.refunded == by_rulings <= claim.claimed
