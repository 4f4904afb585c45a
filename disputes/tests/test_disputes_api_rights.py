"""Who may do what with disputes over HTTP: strangers, keys, the platform, operators."""

from __future__ import annotations

import pytest
from django.test import Client

from creditsite.accounts.actions import create_api_key
from creditsite.accounts.models import Scope, User
from disputes import actions
from disputes.models import Dispute
from disputes.tests.calls import Call, make_call, request_about, signed_in
from disputes.tests.cases import (
    ACTOR,
    EXPLANATION,
    charge,
    dispute,
    give,
)
from wallet.actions import open_wallet
from wallet.models import LedgerEntry, Wallet

OPERATORS_STEPS = {
    "take": {},
    "ask": {"text": "Which run?"},
    "rule": {"outcome": "full_refund", "explanation": "You are right."},
}
CUSTOMERS_STEPS = {
    "messages": {"text": "Hello?"},
    "appeal": {"reason": EXPLANATION},
    "withdraw": {},
}


@pytest.mark.parametrize("step", OPERATORS_STEPS)
def test_operators_steps_are_for_operators_who_are_signed_in(
    call: Call,
    stranger_call: Call,
    platform_call: Call,
    client: Client,
    case: Dispute,
    customer: User,
    stranger: User,
    reviewer: User,
    step: str,
) -> None:
    _, key = create_api_key(customer=reviewer, name="script", scopes=Scope.values)
    path, body = f"disputes/{case.pk}/{step}", OPERATORS_STEPS[step]
    asking = [
        call,
        stranger_call,
        platform_call,
        make_call(client, key),
        signed_in(customer),
        signed_in(stranger),
    ]
    for ask in asking:
        answer = ask("post", path, body)
        assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")
    assert make_call(Client(), None)("post", path, body).status_code == 401
    case.refresh_from_db()
    assert (case.status, case.events.count()) == ("open", 1)


def test_a_stranger_finds_nothing(
    stranger_call: Call, case: Dispute, spend: LedgerEntry, stranger: User
) -> None:
    give(open_wallet(customer=stranger))
    kept = actions.add_evidence(dispute=case, name="a.txt", body=b"log", actor=ACTOR)
    path = f"disputes/{case.pk}"
    answers = [
        stranger_call("get", path),
        stranger_call("get", f"{path}/evidence/{kept.pk}"),
        *(stranger_call("post", f"{path}/{step}", body) for step, body in CUSTOMERS_STEPS.items()),
    ]
    for answer in answers:
        assert (answer.status_code, answer.json()["code"]) == (404, "dispute_not_found")
    opened = stranger_call("post", "disputes", request_about(spend))
    assert (opened.status_code, opened.json()["code"]) == (404, "spend_not_found")
    named = stranger_call("get", f"disputes?wallet={case.wallet_id}")
    assert named.status_code == 404
    assert stranger_call("get", "disputes").json()["data"] == []
    case.refresh_from_db()
    assert case.status == "open"


def test_steps_without_fields_refuse_what_they_would_ignore(
    call: Call, case: Dispute, reviewer: User
) -> None:
    for ask, step in ((call, "withdraw"), (signed_in(reviewer), "take")):
        refused = ask("post", f"disputes/{case.pk}/{step}", {"reason": "Settled."})
        assert (refused.status_code, list(refused.json()["errors"])) == (400, ["reason"])
    case.refresh_from_db()
    assert case.status == "open"


def test_a_key_needs_the_scope(client: Client, case: Dispute, customer: User) -> None:
    scopes = [scope for scope in Scope.values if scope != "disputes:write"]
    _, key = create_api_key(customer=customer, name="reader", scopes=scopes)
    call = make_call(client, key)
    for method, path in (
        ("get", "disputes"),
        ("post", "disputes"),
        ("get", f"disputes/{case.pk}"),
        ("post", f"disputes/{case.pk}/messages"),
        ("post", f"disputes/{case.pk}/evidence"),
        ("post", f"disputes/{case.pk}/appeal"),
        ("post", f"disputes/{case.pk}/withdraw"),
    ):
        assert call(method, path, {} if method == "post" else None).status_code == 403


def test_the_platform_acts_for_any_customer_it_names(
    platform_call: Call, wallet: Wallet, spend: LedgerEntry
) -> None:
    unnamed = platform_call("post", "disputes", request_about(spend))
    assert unnamed.status_code == 400
    opened = platform_call("post", "disputes", request_about(spend, wallet=wallet.pk))
    assert opened.status_code == 201
    path = f"disputes/{opened.json()['id']}"
    assert platform_call("get", f"disputes?wallet={wallet.pk}").json()["data"]
    assert platform_call("post", f"{path}/withdraw").json()["status"] == "withdrawn"


def test_an_operator_sees_no_internals_of_their_own_case(operator: User, reviewer: User) -> None:
    own = open_wallet(customer=operator)
    give(own)
    case = dispute(charge(own))
    actions.note_in_dispute(dispute=case, text="Watch them.", reviewer=reviewer)
    ask = signed_in(operator)
    assert ask("get", f"disputes/{case.pk}").json()["messages"] == []
    note = ask("post", f"disputes/{case.pk}/messages", {"text": "Hm.", "is_internal": True})
    assert (note.status_code, note.json()["code"]) == (403, "permission_denied")
    assert ask("post", f"disputes/{case.pk}/messages", {"text": "Hm."}).status_code == 201
    client = Client()
    client.force_login(operator)
    assert client.get(f"/admin/disputes/dispute/{case.pk}/change/").status_code == 302
    assert client.get("/admin/disputes/dispute/?queue=all").context["cl"].result_count == 0
    seen = signed_in(reviewer)("get", f"disputes/{case.pk}").json()
    assert [each["text"] for each in seen["messages"]] == ["Watch them.", "Hm."]
