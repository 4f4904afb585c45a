"""What the API does with bodies, keys and numbers that are not what they should be."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from wallet.models import LedgerEntry, Service
from wallet.tests.conftest import Give, Post

BAD_BODIES: list[Any] = [
    {},
    [],
    None,
    "text",
    {"service": "runs"},
    {"service": "runs", "quantity": "0"},
    {"service": "runs", "quantity": "-1"},
    {"service": "runs", "quantity": "NaN"},
    {"service": "runs", "quantity": "Infinity"},
    {"service": "runs", "quantity": "1e30"},
    {"service": "runs", "quantity": 1e30},
    {"service": "runs", "quantity": "1.00001"},
    {"service": "runs", "quantity": True},
    {"service": "runs", "quantity": [1]},
    {"service": "runs", "quantity": {"a": 1}},
    {"service": "runs", "quantity": None},
    {"service": "no slug!", "quantity": "1"},
    {"service": "x" * 51, "quantity": "1"},
    {"service": 7.5, "quantity": "1"},
    {"service": "runs", "quantity": "1", "note": "unknown field"},
    {"service": "runs", "quantity": "1", "metadata": []},
    {"service": "runs", "quantity": "1", "metadata": "x"},
    {"service": "runs", "quantity": "1_0"},
    {"service": "runs", "quantity": "\u0661"},
    {"service": "runs", "quantity": "1", "metadata": {"a": [[[[[[[[[[[1]]]]]]]]]]]}},
    {"service": "runs", "quantity": "1", "metadata": {"a": "x" * 5000}},
    {"service": "runs", "quantity": "1", "metadata": {"a": [1e300] * 14}},
    {"service": "runs", "quantity": "1", "metadata": {"a": [1e-300] * 14}},
    {"service": "runs", "quantity": "1", "wallet": "mine"},
    {"service": "runs", "quantity": "1", "wallet": -1},
    {"service": "runs", "quantity": "1", "wallet": 2**63},
]


@pytest.mark.parametrize("body", BAD_BODIES, ids=lambda body: json.dumps(body)[:60])
def test_a_bad_body_is_a_400_and_changes_nothing(
    service: Service, give: Give, post_spend: Post, body: Any
) -> None:
    give("10")
    answer = post_spend(body)
    assert answer.status_code == 400, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "validation_failed"
    assert LedgerEntry.objects.filter(kind="spend").count() == 0


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        ('{"service": "runs", "quantity": NaN}', 400, "parse_error"),
        ("{", 400, "parse_error"),
        ("", 400, "validation_failed"),
        ("\ufeff\xff", 400, "parse_error"),
        ("[" * 100_000, 400, "parse_error"),
        ('{"service": "runs", "quantity": 1, "\\ud800": 1}', 400, "parse_error"),
        ('{"service": "runs", "quantity": 1, "metadata": {"a": "\\u0000"}}', 400, "parse_error"),
        ('{"service": "runs", "quantity": 1, "metadata": {"a": 1e400}}', 400, "validation_failed"),
        ('{"service": "runs", "quantity": 1e9999999999999999999}', 400, "parse_error"),
        ('{"service": "runs", "quantity": 1, "a": "\\u0000", "a": 1}', 400, "parse_error"),
        ('{"service": "runs", "quantity": 1, "quantity": 2}', 400, "parse_error"),
        ('{"service": "runs", "quantity": 1, "quantity": 1}', 400, "parse_error"),
        ('{"service": "runs", "quantity": 1, "metadata": {"a": {}, "a": {}}}', 400, "parse_error"),
        ('{"service": "runs", "quantity": 1, "metadata": {"\\u0000": 1}}', 400, "parse_error"),
        ("x" * 10_000_000, 413, "body_too_large"),
    ],
    ids=[
        "nan",
        "cut",
        "empty",
        "bytes",
        "deep",
        "surrogate",
        "null",
        "infinite",
        "endless",
        "hidden",
        "twice",
        "twice alike",
        "twice within",
        "null name",
        "10 MB",
    ],
)
def test_a_body_that_is_no_request_is_refused(
    service: Service, give: Give, post_spend: Post, raw: str, status: int, code: str
) -> None:
    give("10")
    answer = post_spend(raw=raw)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert LedgerEntry.objects.filter(kind="spend").count() == 0


def test_a_name_that_stands_twice_is_told(post_spend: Post) -> None:
    refused = post_spend(raw='{"service": "runs", "quantity": 1, "quantity": 2}')
    assert "the name 'quantity' more than once" in refused.json()["detail"]


def test_a_number_is_charged_exactly_as_written(
    service: Service, give: Give, post_spend: Post
) -> None:
    give("99999999999999")
    answer = post_spend(
        raw='{"service": "runs", "quantity": 12345678901234.5678, "metadata": {"share": 0.25}}'
    )
    assert answer.json()["credits"] == "-12345678901234.5678"
    assert answer.json()["metadata"] == {"share": 0.25}


def test_a_body_of_unsaid_length_is_refused(client: Client, customer_key: str) -> None:
    answer = client.generic(
        "GET", "/api/v1/wallet", headers={"Transfer-Encoding": "chunked"}, CONTENT_LENGTH=None
    )
    assert (answer.status_code, answer.json()["code"]) == (411, "length_required")


@pytest.mark.parametrize("key", [None, "", "x" * 256, "two words", "k1,k2", "ключ"])
def test_a_missing_or_odd_idempotency_key_is_refused(
    service: Service, give: Give, post_spend: Post, key: str | None
) -> None:
    give("10")
    answer = post_spend({"service": "runs", "quantity": "1"}, key=key)
    assert answer.status_code == 400
    assert "Idempotency-Key" in answer.json()["errors"]


def test_a_backslash_before_u0000_is_text_and_kept(
    service: Service, give: Give, post_spend: Post
) -> None:
    give("10")
    body = {"service": "runs", "quantity": "1", "metadata": {"a": "\\u0000", "b": None}}
    assert post_spend(body).json()["metadata"] == body["metadata"]


ODD_NUMBERS = ["1.0", "1_0", "\uff11", "\u0661", "+1", " 1", "1e1", "", "0x1"]


@pytest.mark.parametrize("number", ODD_NUMBERS)
@pytest.mark.parametrize(
    ("path", "field"),
    [("entries", "limit"), ("wallet", "wallet"), ("statement", "from_sequence")],
)
def test_a_whole_number_in_a_query_is_plain_digits(
    client: Client, customer_key: str, path: str, field: str, number: str
) -> None:
    headers = {"Authorization": f"Bearer {customer_key}"}
    answer = client.get(f"/api/v1/{path}", {field: number}, headers=headers)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


@pytest.mark.parametrize("number", [*ODD_NUMBERS, 1.0, True, [1]])
def test_a_whole_number_in_a_body_is_plain_digits(
    client: Client, customer_key: str, number: object
) -> None:
    body = json.dumps({"below": None, "days": number, "limits": True})
    headers = {"Authorization": f"Bearer {customer_key}"}
    answer = client.put("/api/v1/alerts", body, content_type="application/json", headers=headers)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["days"])


@pytest.mark.parametrize("number", [14, "14"])
def test_a_whole_number_is_taken_as_a_number_and_as_text(
    client: Client, customer_key: str, number: object
) -> None:
    body = json.dumps({"below": None, "days": number, "limits": True})
    headers = {"Authorization": f"Bearer {customer_key}"}
    answer = client.put("/api/v1/alerts", body, content_type="application/json", headers=headers)
    assert answer.json()["days"] == 14
