"""Any steps by anybody, in any order, with time passing in between: no case ever breaks."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal

import time_machine
from django.core.exceptions import PermissionDenied
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from creditsite.accounts.models import User
from creditsite.kernel import clock
from creditsite.kernel.errors import DomainError
from disputes import actions
from disputes.models import STEPS, Dispute, DisputeStatus, DisputeStep, RulingOutcome
from disputes.tests.cases import ACTOR, EXPLANATION, charge, dispute, rule
from wallet.models import LedgerEntry, Wallet
from wallet.tests.model.passing_time import verify

Act = Callable[[Dispute, User], object]
ACTS: dict[str, Act] = {
    "take": lambda case, who: actions.take_dispute(dispute=case, reviewer=who),
    "assign": lambda case, who: actions.assign_dispute(dispute=case, reviewer=who, assigner=who),
    "ask": lambda case, who: actions.ask_customer(dispute=case, question="Why?", reviewer=who),
    "tell": lambda case, who: actions.tell_in_dispute(dispute=case, text="So.", reviewer=who),
    "note": lambda case, who: actions.note_in_dispute(dispute=case, text="Hm.", reviewer=who),
    "write": lambda case, who: actions.write_in_dispute(dispute=case, text="Hi.", actor=ACTOR),
    "full": lambda case, who: rule(case, who, RulingOutcome.FULL_REFUND),
    "part": lambda case, who: rule(
        case, who, RulingOutcome.PARTIAL_REFUND, credits={case.charges.all()[0].entry: "3"}
    ),
    "reject": rule,
    "appeal": lambda case, who: actions.appeal_ruling(
        dispute=case, reason=EXPLANATION, actor=ACTOR
    ),
    "withdraw": lambda case, who: actions.withdraw_dispute(dispute=case, actor=ACTOR),
    "look": lambda case, who: actions.watch_deadlines(),
    "automatic": lambda case, who: actions.rule_automatically(dispute=case),
}
# Withdrawing ends most walks, so it comes up less often.
STEPS_OF_A_WALK = st.tuples(
    st.sampled_from([*(set(ACTS) - {"withdraw"})] * 3 + ["withdraw"]),
    st.integers(0, 2),
    st.sampled_from([0, 1, 30, 50, 130, 200, 400]),
)
REACHED = {
    (before, after)
    for rules in STEPS.values()
    for before, reached in rules.leads.items()
    for after in reached
}


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(walk=st.lists(STEPS_OF_A_WALK, min_size=4, max_size=14))
def test_no_walk_breaks_a_case(
    wallet: Wallet,
    reviewer: User,
    colleague: User,
    supervisor: User,
    walk: list[tuple[str, int, int]],
) -> None:
    with transaction.atomic():
        _walk(wallet, (reviewer, colleague, supervisor), walk)
        # The next walk begins anew.
        transaction.set_rollback(True)


def _walk(wallet: Wallet, people: tuple[User, ...], walk: list[tuple[str, int, int]]) -> None:
    case = dispute(charge(wallet, "10"), charge(wallet, "4"))
    at: datetime = clock.now()
    for name, who, hours in walk:
        at += timedelta(hours=hours, microseconds=1)
        before = Dispute.objects.get(pk=case.pk).status
        with time_machine.travel(at, tick=False), suppress(DomainError, PermissionDenied):
            ACTS[name](case, people[who])
        case.refresh_from_db()
        after = DisputeStatus(case.status)
        assert before == after or (before, after) in REACHED
    events = list(case.events.values_list("from_status", "to_status"))
    assert [old for old, _ in events[1:]] == [new for _, new in events[:-1]]
    assert events[-1][1] == case.status
    reversals = LedgerEntry.objects.filter(reverses__disputed_charges__dispute=case)
    back = sum((entry.credits for entry in reversals), Decimal(0))
    assert Wallet.objects.get(pk=wallet.pk).balance == 1000 - 14 + back
    assert sum(claim.refunded for claim in case.charges.all()) == back <= 14
    assert all(claim.is_live == case.is_live for claim in case.charges.all())
    assert list(case.rulings.values_list("level", flat=True)) in ([], [1], [1, 2])
    verify()


def test_every_state_is_reached_by_some_step() -> None:
    assert {after for _, after in REACHED} | {DisputeStatus.OPEN} == set(DisputeStatus)
    assert DisputeStep.WITHDRAW in STEPS
