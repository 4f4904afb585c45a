"""What the database itself refuses of what operators ask for, whoever writes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from creditsite.accounts.models import User
from creditsite.kernel import clock
from wallet.actions import approve_request, decline_request, withdraw_request
from wallet.models import (
    ApprovalRequest,
    CompensatedCharge,
    Compensation,
    Service,
    Wallet,
    WalletNote,
)
from wallet.tests.approvals import adjustment, waiting
from wallet.tests.conftest import Give
from wallet.tests.model.steps import grant


@pytest.fixture
def people(asker: User, approver: User) -> tuple[User, User]:
    return asker, approver


People = tuple[User, User]
Fault = Callable[[Wallet, People], Any]

OPERATOR_FAULTS: dict[str, Fault] = {
    "approval_status_known": lambda wallet, people: decided(wallet, people, status="lost"),
    "approval_asks_what_can_be_posted": lambda wallet, people: asked(
        wallet, people, kind="grant", credits=-1
    ),
    "approval_credits_not_zero": lambda wallet, people: asked(wallet, people, credits=0),
    "approval_has_reason": lambda wallet, people: asked(wallet, people, reason=""),
    "approval_decided_with_reason_unless_waiting": lambda wallet, people: decided(
        wallet, people, decision_reason=""
    ),
    "approval_decided_by_another": lambda wallet, people: decided(
        wallet, people, decided_by=people[0]
    ),
    "approval_posted_when_approved": lambda wallet, people: decided(
        wallet, people, status="approved"
    ),
    "approval_key_unique_in_wallet": lambda wallet, people: asked(wallet, people, times=2),
    "compensation_ends_after_it_begins": lambda wallet, people: compensated(
        wallet, people, ends_at=clock.NEVER, begins_at=clock.NEVER
    ),
    "compensation_percent_in_range": lambda wallet, people: compensated(
        wallet, people, percent=Decimal("100.01")
    ),
    "compensation_gives_something": lambda wallet, people: compensated(
        wallet, people, customer_count=2
    ),
    "compensation_has_reason": lambda wallet, people: compensated(wallet, people, reason=""),
    "compensation_key_unique": lambda wallet, people: [
        compensated(wallet, people) for _number in range(2)
    ],
    "compensation_finishes_what_was_started": lambda wallet, people: compensated(
        wallet, people, finished_at=clock.now()
    ),
    "compensated_charge_once": lambda wallet, people: settled(wallet, people, times=2),
    "compensated_credits_positive": lambda wallet, people: settled(wallet, people, credits=0),
    "compensated_charge_settled_by_reversal_or_note": lambda wallet, people: settled(
        wallet, people, status="given"
    ),
    "wallet_note_says_something": lambda wallet, people: noted(wallet, people, text=""),
    "wallet_note_key_unique_in_wallet": lambda wallet, people: noted(wallet, people, times=2),
}


def asked(wallet: Wallet, people: People, times: int = 1, **columns: Any) -> None:
    row = {
        "kind": "adjustment",
        "credits": 1,
        "source": "adjustment",
        "reason": "r",
        "asked_by": people[0],
        "asked_at": clock.now(),
        "idempotency_key": "k",
    }
    for _number in range(times):
        ApprovalRequest.objects.create(**({"wallet_id": wallet.pk} | row | columns))


def decided(wallet: Wallet, people: People, **columns: Any) -> None:
    decision: dict[str, Any] = {
        "status": "declined",
        "decided_by": people[1],
        "decided_at": clock.now(),
        "decision_reason": "r",
    }
    asked(wallet, people, **(decision | columns))


def compensated(wallet: Wallet, people: People, **columns: Any) -> Compensation:
    now = clock.now()
    row = {
        "service": Service.objects.get_or_create(slug="s")[0],
        "begins_at": now - timedelta(hours=1),
        "ends_at": now,
        "percent": 100,
        "reason": "r",
        "charge_count": 1,
        "customer_count": 1,
        "credits": 1,
        "asked_by": people[0],
        "asked_at": now,
        "idempotency_key": "k",
    }
    return Compensation.objects.create(**(row | columns))


def settled(wallet: Wallet, people: People, times: int = 1, **columns: Any) -> None:
    asked = compensated(wallet, people)
    entry = grant(wallet, "1").wallet.entries.latest("sequence")
    row: dict[str, Any] = {"wallet": wallet, "entry": entry, "credits": 1}
    for _number in range(times):
        CompensatedCharge.objects.create(compensation=asked, **(row | columns))


def noted(wallet: Wallet, people: People, times: int = 1, text: str = "t") -> None:
    for _number in range(times):
        WalletNote.objects.create(
            wallet=wallet,
            author=people[0],
            text=text,
            idempotency_key="k",
            created_at=clock.now(),
        )


@pytest.mark.parametrize("constraint", OPERATOR_FAULTS)
def test_each_constraint_refuses_a_raw_write(
    wallet: Wallet, people: People, constraint: str
) -> None:
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        OPERATOR_FAULTS[constraint](wallet, people)
    diagnosis: Any = refusal.value.__cause__
    assert diagnosis.diag.constraint_name == constraint


@pytest.mark.parametrize(
    "columns",
    [
        {"source": "promotion"},
        {"expires_at": clock.now()},
        {"kind": "grant", "source": "top_up"},
        {"kind": "spend"},
        {"wallet_id": None},
        {"kind": "compensation", "source": ""},
        {"kind": "compensation", "source": "", "wallet_id": None},
    ],
)
def test_a_request_is_for_what_can_be_posted(
    wallet: Wallet, people: People, columns: dict[str, Any]
) -> None:
    with pytest.raises(IntegrityError, match="approval_asks_what_can_be_posted"):
        asked(wallet, people, **columns)


@pytest.mark.parametrize("by", [0, 1])
def test_who_asked_withdraws_and_another_approves_whatever_is_written(
    wallet: Wallet, people: People, give: Give, by: int
) -> None:
    wrong: dict[int, dict[str, Any]] = {
        0: {"status": "approved", "entry": give("5").entry},
        1: {"status": "withdrawn"},
    }
    with pytest.raises(IntegrityError, match="approval_decided_by_another"):
        decided(wallet, people, decided_by=people[by], **wrong[by])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE wallet_approvalrequest SET credits = 1",
        "UPDATE wallet_approvalrequest SET reason = 'nicer'",
        "UPDATE wallet_approvalrequest SET wallet_id = wallet_id + 1",
        "UPDATE wallet_approvalrequest SET asked_by_id = decided_by_id",
        "DELETE FROM wallet_approvalrequest",
        "TRUNCATE wallet_approvalrequest",
        "UPDATE wallet_compensation SET percent = 50",
        "UPDATE wallet_compensation SET credits = credits + 1",
        "DELETE FROM wallet_compensation",
        "TRUNCATE wallet_compensation CASCADE",
        "UPDATE wallet_compensatedcharge SET credits = credits + 1",
        "UPDATE wallet_compensatedcharge SET status = 'waiting', note = ''",
        "DELETE FROM wallet_compensatedcharge",
        "TRUNCATE wallet_compensatedcharge",
        "UPDATE wallet_walletnote SET text = 'nicer'",
        "DELETE FROM wallet_walletnote",
        "TRUNCATE wallet_walletnote",
    ],
)
def test_what_was_asked_noted_or_settled_stays(
    wallet: Wallet, asker: User, approver: User, statement: str
) -> None:
    waiting(wallet, asker, adjustment("5000"))
    noted(wallet, (asker, approver))
    settled(wallet, (asker, approver), status="left_out", note="r")
    refuses(statement)


@pytest.mark.parametrize("decision", ["approved", "declined", "withdrawn"])
@pytest.mark.parametrize(
    "change",
    [
        "decision_reason = 'nicer'",
        "decided_at = now()",
        "status = 'waiting', decided_by_id = NULL, decided_at = NULL, decision_reason = ''",
    ],
)
def test_a_decision_stays(
    wallet: Wallet, asker: User, approver: User, decision: str, change: str
) -> None:
    request = waiting(wallet, asker, adjustment("5000"))
    if decision == "approved":
        approve_request(request=request, reason="r", approver=approver)
    elif decision == "declined":
        decline_request(request=request, reason="r", approver=approver)
    else:
        withdraw_request(request=request, reason="r", operator=asker)
    refuses(f"UPDATE wallet_approvalrequest SET {change}")


def refuses(statement: str) -> None:
    with connection.cursor() as cursor:
        # PostgreSQL refuses to truncate while foreign keys of this transaction are unchecked.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with (
        pytest.raises(DatabaseError, match=r"append-only|rows of .* are kept|Cannot update"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
