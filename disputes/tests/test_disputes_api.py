"""Disputes over HTTP: customers, the platform, operators who are signed in, strangers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from creditsite.accounts.actions import create_api_key
from creditsite.accounts.models import Scope, User
from disputes.models import Dispute, RulingOutcome
from disputes.tests.calls import Call, request_about, signed_in
from disputes.tests.cases import (
    EXPLANATION,
    charge,
    dispute,
    dispute_payment,
    paid_invoice,
    rule,
)
from wallet.models import LedgerEntry, Wallet


def test_a_customer_opens_a_dispute_and_reads_it(call: Call, wallet: Wallet) -> None:
    first, second = charge(wallet, "10"), charge(wallet, "4")
    body = request_about(first)
    body["charges"] = [{"entry": first.pk}, {"entry": second.pk, "credits": "1.5"}]
    answer = call("post", "disputes", body)
    assert answer.status_code == 201, answer.json()
    opened = answer.json()
    assert (opened["status"], opened["level"], opened["wallet"]) == ("open", 1, wallet.pk)
    assert opened["charges"] == [
        {"entry": first.pk, "claimed": "10.0000", "refunded": "0.0000"},
        {"entry": second.pk, "claimed": "1.5000", "refunded": "0.0000"},
    ]
    assert opened["purchase"] is None
    assert [event["kind"] for event in opened["timeline"]] == ["opened"]
    read = call("get", f"disputes/{opened['id']}").json()
    assert read == opened
    listed = call("get", "disputes").json()
    assert [row["id"] for row in listed["data"]] == [opened["id"]]
    assert listed["next"] is None


def test_a_retry_answers_the_first_dispute(call: Call, spend: LedgerEntry) -> None:
    body = request_about(spend)
    first = call("post", "disputes", body, **{"Idempotency-Key": "k1"})
    again = call("post", "disputes", body, **{"Idempotency-Key": "k1"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert "Idempotent-Replayed" not in first
    assert again["Idempotent-Replayed"] == "true"
    other = call("post", "disputes", {**body, "reason": "other"}, **{"Idempotency-Key": "k1"})
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")


def test_a_message_is_written_once_under_its_key(call: Call, case: Dispute) -> None:
    for replayed in (False, True):
        answer = call(
            "post", f"disputes/{case.pk}/messages", {"text": "Hi."}, **{"Idempotency-Key": "m1"}
        )
        assert answer.status_code == 201
        assert ("Idempotent-Replayed" in answer) == replayed
    assert case.messages.count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"reason": "mood"},
        {"explanation": ["x"]},
        {"charges": "all"},
        {"charges": [{"entry": 0}]},
        {"charges": [{"entry": 1}, {"entry": 1}]},
        {"charges": [{"entry": 1, "credits": "0"}]},
        {"charges": [{"entry": 1, "credits": "1.00001"}]},
        {"charges": [{"entry": 1, "what": 2}]},
        {"invoice": -1},
        {"amount": 5},
    ],
)
def test_bad_input_is_named_by_field(
    call: Call, spend: LedgerEntry, change: dict[str, object]
) -> None:
    answer = call("post", "disputes", {**request_about(spend), **change})
    assert (answer.status_code, answer.json()["code"]) == (400, "validation_failed")
    assert set(answer.json()["errors"]) == set(change)
    assert not Dispute.objects.exists()


def test_a_refusal_is_a_problem_with_a_next_step(call: Call, case: Dispute) -> None:
    spend = case.charges.get().entry
    answer = call("post", "disputes", request_about(spend))
    assert answer.status_code == 409
    assert answer["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["code"], problem["dispute"]) == ("already_disputed", case.pk)
    assert problem["next_step"]["url"].endswith(f"/disputes/{case.pk}/")


def test_a_case_by_api_from_question_to_appeal(
    call: Call, case: Dispute, spend: LedgerEntry, reviewer: User, supervisor: User
) -> None:
    operator = signed_in(reviewer)
    path = f"disputes/{case.pk}"
    assert operator("post", f"{path}/take").json()["status"] == "under_review"
    asked = operator("post", f"{path}/ask", {"text": "Which run?"}).json()
    assert asked["status"] == "awaiting_customer"
    assert asked["answer_by"]
    assert call("post", f"{path}/messages", {"text": "The second."}).status_code == 201
    note = operator("post", f"{path}/messages", {"text": "Trust them.", "is_internal": True})
    assert note.json()["is_internal"] is True
    assert operator("post", f"{path}/messages", {"text": "We look."}).status_code == 201
    shown = call("get", path).json()
    assert [message["text"] for message in shown["messages"]] == [
        "Which run?",
        "The second.",
        "We look.",
    ]
    assert "noted" not in {event["kind"] for event in shown["timeline"]}
    assert len(operator("get", path).json()["messages"]) == 4
    ruled = operator(
        "post",
        f"{path}/rule",
        {
            "outcome": "partial_refund",
            "explanation": "Half of it.",
            "charges": [{"entry": spend.pk, "credits": "5"}],
        },
    ).json()
    assert ruled["status"] == "ruled"
    assert ruled["rulings"][0]["charges"][0]["credits"] == "5.0000"
    again = operator(
        "post", f"{path}/rule", {"outcome": "full_refund", "explanation": "All of it."}
    )
    assert (again.status_code, again.json()["code"]) == (409, "dispute_already_ruled")
    assert call("post", f"{path}/appeal", {"reason": EXPLANATION}).json()["status"] == "appealed"
    refused = operator("post", f"{path}/take")
    assert (refused.status_code, refused.json()["code"]) == (403, "appeal_right_needed")
    final = signed_in(supervisor)(
        "post", f"{path}/rule", {"outcome": "full_refund", "explanation": "All of it."}
    ).json()
    assert final["status"] == "closed"
    assert final["charges"][0]["refunded"] == "10.0000"
    assert Wallet.objects.get(pk=case.wallet_id).balance == 1000


def test_a_file_is_handed_in_and_out(call: Call, client: Client, case: Dispute) -> None:
    path = f"/api/v1/disputes/{case.pk}/evidence"
    _, key = create_api_key(customer=case.wallet.customer, name="f", scopes=Scope.values)
    headers = {"Authorization": f"Bearer {key}"}

    def upload(name: str, body: bytes) -> Any:
        return client.post(path, {"file": SimpleUploadedFile(name, body)}, headers=headers)

    kept = upload("../log.txt", b"started twice")
    assert kept.status_code == 201
    assert (kept.json()["name"], kept.json()["content_type"]) == ("log.txt", "text/plain")
    out = call("get", f"disputes/{case.pk}/evidence/{kept.json()['id']}")
    assert (out.status_code, out.content) == (200, b"started twice")
    assert out["Content-Disposition"] == 'attachment; filename="log.txt"'
    for name, body, status, code in (
        ("a.png", b"<svg/>", 415, "evidence_type_refused"),
        ("a.txt", b"x" * 5_242_881, 413, "evidence_too_large"),
        ("a.txt", b"x" * 5_400_000, 413, "body_too_large"),
        ("a.txt", b"", 400, "validation_failed"),
    ):
        refused = upload(name, body)
        assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert case.evidence.count() == 1
    assert call("post", f"disputes/{case.pk}/evidence", {"file": "x"}).status_code == 415
    missing = call("get", f"disputes/{case.pk}/evidence/{'0' * 8}-0000-4000-8000-{'0' * 12}")
    assert (missing.status_code, missing.json()["code"]) == (404, "evidence_not_found")


def test_a_payment_is_disputed_by_its_invoice(call: Call, wallet: Wallet, reviewer: User) -> None:
    invoice = paid_invoice(wallet, 1999)
    body = {"reason": "not_mine", "explanation": EXPLANATION, "invoice": invoice.pk}
    opened = call("post", "disputes", body).json()
    assert opened["purchase"] == {
        "invoice": invoice.pk,
        "claimed_cents": 1999,
        "granted_cents": 0,
        "due_cents": 0,
        "currency": "usd",
    }
    rule(Dispute.objects.get(), reviewer, RulingOutcome.FULL_REFUND)
    shown = call("get", f"disputes/{opened['id']}").json()
    assert (shown["purchase"]["granted_cents"], shown["purchase"]["due_cents"]) == (1999, 1999)
    assert shown["rulings"][0]["granted_cents"] == 1999


def test_lists_take_the_same_queries_for_any_number(
    call: Call, wallet: Wallet, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    for _ in range(4):
        dispute(charge(wallet), charge(wallet))
    dispute_payment(paid_invoice(wallet))
    with django_assert_max_num_queries(8):
        assert len(call("get", "disputes").json()["data"]) == 5
