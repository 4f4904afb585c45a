"""What the database itself refuses, whoever asks."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from creditsite.accounts.models import User
from disputes import actions
from disputes.models import Dispute, DisputedCharge, RulingOutcome
from disputes.tests.cases import ACTOR, charge, dispute, dispute_payment, paid_invoice, rule
from wallet.models import LedgerEntry, Wallet

APPEND_ONLY = (
    "disputeevent",
    "disputemessage",
    "ruling",
    "ruledcharge",
    "evidence",
    "evidencecontent",
)


def refuses(statement: str, *parameters: Any, because: str = "") -> None:
    with pytest.raises(DatabaseError) as refused:
        _run(statement, *parameters)
    assert because in str(refused.value)


@transaction.atomic
def _run(statement: str, *parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_the_trail_is_append_only(db: None, table: str) -> None:
    key = "evidence_id" if table == "evidencecontent" else "id"
    for statement in (
        f"UPDATE disputes_{table} SET {key} = {key}",
        f"DELETE FROM disputes_{table}",
        f"TRUNCATE disputes_{table} CASCADE",
    ):
        refuses(statement, because="append-only")


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM disputes_dispute",
        "TRUNCATE disputes_dispute CASCADE",
        "UPDATE disputes_dispute SET explanation = explanation || '!'",
        "UPDATE disputes_dispute SET reason = 'other'",
        "UPDATE disputes_dispute SET opened_at = now()",
        "DELETE FROM disputes_disputedcharge",
        "UPDATE disputes_disputedcharge SET claimed = claimed + 1",
        "DELETE FROM disputes_disputedpurchase",
        "UPDATE disputes_disputedpurchase SET claimed_cents = claimed_cents + 1",
    ],
)
def test_what_a_case_is_about_stays_as_it_was(
    case: Dispute, wallet: Wallet, statement: str
) -> None:
    dispute_payment(paid_invoice(wallet))
    refuses(statement)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("status = 'forgotten', closed_at = now()", "dispute_status_known"),
        ("status = 'under_review'", "dispute_under_review_has_reviewer"),
        ("status = 'awaiting_customer', assignee_id = %(who)s", "dispute_awaits_answer_until"),
        ("asked_at = now(), answer_by = now()", "dispute_awaits_answer_until"),
        ("status = 'ruled'", "dispute_ruled_until_appeal"),
        ("appeal_by = now()", "dispute_ruled_until_appeal"),
        ("status = 'closed'", "dispute_over_has_time"),
        ("status = 'withdrawn'", "dispute_over_has_time"),
        ("closed_at = now()", "dispute_over_has_time"),
        ("status = 'appealed'", "dispute_level_fits_status"),
        ("level = 2", "dispute_level_fits_status"),
        ("level = 3", "dispute_level"),
        ("waited = '-1 second'", "dispute_waited_not_negative"),
    ],
)
def test_a_state_carries_what_it_needs(
    case: Dispute, reviewer: User, change: str, constraint: str
) -> None:
    statement = f"UPDATE disputes_dispute SET {change.replace('%(who)s', str(reviewer.pk))}"
    refuses(statement, because=constraint)


def test_an_explanation_is_neither_short_nor_long(spend: LedgerEntry) -> None:
    for length in (19, 4001):
        case = Dispute(wallet=spend.wallet, reason="other", explanation="x" * length)
        case.opened_at = case.review_began_at = case.respond_by = spend.created_at
        with pytest.raises(DatabaseError, match="dispute_explanation_length"), transaction.atomic():
            case.save()


def test_a_charge_follows_the_end_of_its_case(
    case: Dispute, spend: LedgerEntry, reviewer: User
) -> None:
    assert DisputedCharge.objects.get(dispute=case).is_live
    refuses("UPDATE disputes_disputedcharge SET is_live = false", because="lives_with_dispute")
    rule(case, reviewer, RulingOutcome.FULL_REFUND)
    assert not DisputedCharge.objects.get(dispute=case).is_live
    refuses("UPDATE disputes_disputedcharge SET is_live = true", because="lives_with_dispute")
    refuses(
        "INSERT INTO disputes_disputedcharge (dispute_id, entry_id, claimed, refunded, is_live)"
        " VALUES (%s, %s, 1, 0, true)",
        case.pk,
        charge(spend.wallet).pk,
        because="lives_with_dispute",
    )


def test_a_payment_follows_the_end_of_its_case(wallet: Wallet) -> None:
    case = dispute_payment(paid_invoice(wallet))
    refuses("UPDATE disputes_disputedpurchase SET is_live = false", because="lives_with_dispute")
    actions.withdraw_dispute(dispute=case, actor=ACTOR)
    case.purchase.refresh_from_db()
    assert not case.purchase.is_live


def test_a_charge_stands_in_one_live_case(case: Dispute, spend: LedgerEntry) -> None:
    other = dispute(charge(spend.wallet))
    insert = (
        "INSERT INTO disputes_disputedcharge (dispute_id, entry_id, claimed, refunded, is_live)"
        " VALUES (%s, %s, 1, 0, true)"
    )
    refuses(insert, other.pk, spend.pk, because="charge_in_one_live_dispute")
    refuses(insert, case.pk, spend.pk, because="charge_")


def test_no_more_is_given_back_than_is_claimed(case: Dispute, wallet: Wallet) -> None:
    charges = "UPDATE disputes_disputedcharge SET refunded = "
    refuses(f"{charges} claimed + 0.0001", because="charge_refunded_within_claim")
    refuses(f"{charges} -0.0001", because="charge_refunded_within_claim")
    dispute_payment(paid_invoice(wallet))
    purchases = "UPDATE disputes_disputedpurchase SET"
    refuses(
        f"{purchases} granted_cents = claimed_cents + 1", because="purchase_granted_within_claim"
    )
    refuses(f"{purchases} refunded_cents = 1", because="purchase_refunded_within_grant")


def test_a_level_is_ruled_on_once_by_a_person_or_a_rule(case: Dispute, reviewer: User) -> None:
    ruling = rule(case, reviewer)
    insert = (
        "INSERT INTO disputes_ruling (dispute_id, level, outcome, explanation, reviewer_id, rule,"
        " actor, granted_cents, respond_by, reviewed_in, ruled_at)"
        " SELECT dispute_id, {level}, {outcome}, {explanation}, {reviewer}, {rule}, actor, {cents},"
        " respond_by, reviewed_in, ruled_at FROM disputes_ruling"
    )
    good = {
        "level": "2",
        "outcome": "outcome",
        "explanation": "explanation",
        "reviewer": "reviewer_id",
        "rule": "rule",
        "cents": "0",
    }
    for change, constraint in (
        ({"level": "1"}, "ruling_once_a_level"),
        ({"level": "3"}, "ruling_level_known"),
        ({"outcome": "'luck'"}, "ruling_outcome_known"),
        ({"explanation": "''"}, "ruling_explains"),
        ({"rule": "'exact_duplicate'"}, "ruling_of_a_person_or_a_rule"),
        ({"reviewer": "NULL", "rule": "'exact_duplicate'"}, "ruling_of_a_person_or_a_rule"),
        ({"cents": "5"}, "ruling_grants_by_refund"),
    ):
        refuses(insert.format(**{**good, **change}), because=constraint)
    assert ruling.outcome == "rejected"


def test_a_name_of_a_file_is_no_path(case: Dispute) -> None:
    actions.add_evidence(dispute=case, name="a.txt", body=b"log", actor=ACTOR)
    insert = (
        "INSERT INTO disputes_evidence SELECT gen_random_uuid(), {name}, {type}, {size}, {sha},"
        " actor, created_at, dispute_id FROM disputes_evidence"
    )
    columns = [field.column for field in case.evidence.model._meta.concrete_fields]
    assert columns == [
        "id",
        "dispute_id",
        "name",
        "content_type",
        "size",
        "sha256",
        "actor",
        "created_at",
    ]
    insert = insert.replace(
        "disputes_evidence SELECT",
        "disputes_evidence (id, name, content_type, size, sha256, actor, created_at, dispute_id)"
        " SELECT",
        1,
    )
    good = {"name": "'b.txt'", "type": "content_type", "size": "size", "sha": "'x'"}
    for change, constraint in (
        ({"name": "'../b.txt'"}, "evidence_name_is_no_path"),
        ({"name": "'..\\b.txt'"}, "evidence_name_is_no_path"),
        ({"name": "''"}, "evidence_name_is_no_path"),
        ({"type": "'text/html'"}, "evidence_type_known"),
        ({"size": "0"}, "evidence_size_in_range"),
        ({"size": "5242881"}, "evidence_size_in_range"),
        ({"sha": "sha256"}, "evidence_once_in_dispute"),
    ):
        refuses(insert.format(**{**good, **change}), because=constraint)


def test_a_note_is_of_operators_alone(case: Dispute) -> None:
    actions.write_in_dispute(dispute=case, text="Hello.", actor=ACTOR, idempotency_key="k")
    insert = (
        "INSERT INTO disputes_disputemessage (dispute_id, author, actor, text, is_internal,"
        " idempotency_key, created_at) SELECT dispute_id, {author}, actor, {text}, {internal},"
        " {key}, created_at FROM disputes_disputemessage"
    )
    good = {"author": "author", "text": "text", "internal": "false", "key": "''"}
    for change, constraint in (
        ({"internal": "true"}, "dispute_message_internal_of_operator"),
        ({"author": "'system'"}, "dispute_message_author_known"),
        ({"text": "''"}, "dispute_message_says_something"),
        ({"key": "idempotency_key"}, "dispute_message_key_unique"),
    ):
        refuses(insert.format(**{**good, **change}), because=constraint)
