"""Signed statements: in the API and on the customer's page."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from creditsite.accounts.actions import create_api_key
from creditsite.accounts.models import Scope, User
from wallet import statements, verify
from wallet.models import LedgerEntry, Wallet
from wallet.signing import published_key
from wallet.tests.conftest import Give
from wallet.tests.tampering import live_through_everything

ADDRESSES = ("/api/v1/statement", "/api/v1/statement-head")


@pytest.fixture
def full(wallet: Wallet) -> Wallet:
    live_through_everything(wallet)
    return wallet


def get(client: Client, path: str, api_key: str) -> Any:
    return client.get(path, headers={"Authorization": f"Bearer {api_key}"})


def test_a_statement_holds_every_entry_and_verifies(
    client: Client, full: Wallet, customer_key: str, tmp_path: Path
) -> None:
    answer = get(client, "/api/v1/statement", customer_key)
    assert answer.status_code == 200
    document = answer.json()
    assert len(document["entries"]) == LedgerEntry.objects.count()
    assert document["head"]["newest"] == document["head"]["sequence"]
    assert "Link" not in answer
    path = tmp_path / "statement.json"
    path.write_bytes(answer.content)
    assert verify.main([str(path), "--key", published_key().public_key]) == 0


def test_a_part_verifies_and_says_that_it_is_one(
    client: Client,
    full: Wallet,
    customer_key: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    answer = get(client, "/api/v1/statement?from_sequence=3&to_sequence=5", customer_key)
    document = answer.json()
    assert [json.loads(entry["line"])["sequence"] for entry in document["entries"]] == [3, 4, 5]
    assert document["from"]["sequence"] == 3
    path = tmp_path / "part.json"
    path.write_bytes(answer.content)
    assert verify.main([str(path)]) == 0
    said = capsys.readouterr()
    assert "entries 3 to 5" in said.out and "this is a part" in said.out
    assert "WARNING" in said.err and published_key().public_key in said.err


def test_an_empty_wallet_has_a_statement(
    client: Client, wallet: Wallet, customer_key: str, tmp_path: Path
) -> None:
    path = tmp_path / "empty.json"
    path.write_bytes(get(client, "/api/v1/statement", customer_key).content)
    assert verify.main([str(path)]) == 0


def test_a_long_ledger_is_stated_in_several_documents(
    client: Client, full: Wallet, customer_key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statements, "MOST_ENTRIES", 6)
    first = get(client, "/api/v1/statement", customer_key)
    assert first.json()["head"]["sequence"] == 6
    address = first["Link"].removeprefix("<").removesuffix('>; rel="next"')
    second = get(client, address, customer_key).json()
    assert second["from"] == {
        "sequence": 7,
        "hash": first.json()["head"]["hash"],
        "balance": first.json()["head"]["balance"],
    }


@pytest.mark.parametrize(
    "query",
    [
        "from_sequence=1000",
        "to_sequence=1000",
        "from_sequence=3&to_sequence=2",
        "from_sequence=1&to_sequence=20000",
    ],
)
def test_entries_that_are_not_there_or_too_many_are_refused(
    client: Client, full: Wallet, customer_key: str, query: str
) -> None:
    refusal = get(client, f"/api/v1/statement?{query}", customer_key)
    assert (refusal.status_code, refusal.json()["code"]) == (400, "statement_out_of_range")


@pytest.mark.parametrize("query", ["from_sequence=0", "to_sequence=x", "until=3"])
def test_a_query_that_makes_no_sense_is_refused(
    client: Client, full: Wallet, customer_key: str, query: str
) -> None:
    refusal = get(client, f"/api/v1/statement?{query}", customer_key)
    assert (refusal.status_code, refusal.json()["code"]) == (400, "validation_failed")


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_stranger_gets_no_statement(
    client: Client, full: Wallet, stranger: User, address: str
) -> None:
    _, key = create_api_key(customer=stranger, name="theirs", scopes=Scope.values)
    assert get(client, f"{address}?wallet={full.pk}", key).status_code == 404
    assert get(client, address, key).json()["head"]["wallet"] != full.pk
    assert client.get(address).status_code == 401


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_statement_needs_the_scope_to_read(
    client: Client, full: Wallet, customer: User, address: str
) -> None:
    _, key = create_api_key(customer=customer, name="spends", scopes=[Scope.USAGE_WRITE])
    assert get(client, address, key).status_code == 403


def test_the_platform_names_the_wallet(client: Client, full: Wallet, platform_key: str) -> None:
    assert get(client, "/api/v1/statement", platform_key).status_code == 400
    answer = get(client, f"/api/v1/statement?wallet={full.pk}", platform_key)
    assert answer.json()["wallet"] == full.pk


def test_the_key_is_published_to_everyone(client: Client, db: None, settings: Settings) -> None:
    answer = client.get("/api/v1/statement-key", headers={"Authorization": "Bearer nonsense"})
    assert answer.json() == {
        "key_id": published_key().key_id,
        "algorithm": "Ed25519",
        "public_key": published_key().public_key,
    }
    settings.STATEMENT_SIGNING_KEY = b"k" * 32
    assert client.get("/api/v1/statement-key").json()["public_key"] != answer.json()["public_key"]


def test_a_signed_head_tells_of_a_statement_that_lacks_the_end(
    client: Client,
    full: Wallet,
    customer_key: str,
    give: Give,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    statement, head = tmp_path / "statement.json", tmp_path / "head.json"
    head.write_bytes(get(client, "/api/v1/statement-head", customer_key).content)
    statement.write_bytes(get(client, "/api/v1/statement", customer_key).content)
    assert verify.main([str(statement), "--head", str(head)]) == 0
    assert "lies in the chain" in capsys.readouterr().out
    give("1")
    head.write_bytes(get(client, "/api/v1/statement-head", customer_key).content)
    assert verify.main([str(statement), "--head", str(head)]) == 1
    assert "missing at the end" in capsys.readouterr().err


def test_the_page_offers_the_download_and_the_key(
    client: Client, full: Wallet, customer: User, tmp_path: Path
) -> None:
    client.force_login(customer)
    assert "/wallet/statement/" in client.get("/wallet/history/").content.decode()
    page = client.get("/wallet/statement/").content.decode()
    assert published_key().public_key in page
    answer = client.get("/wallet/statement/download/", {"from_sequence": 2})
    assert f'filename="statement-{full.pk}-2-' in answer["Content-Disposition"]
    path = tmp_path / "statement.json"
    path.write_bytes(answer.content)
    assert verify.main([str(path)]) == 0
    program = client.get("/wallet/statement/verify.py").content.decode()
    assert program == Path(verify.__file__).read_text()


def test_the_page_says_what_is_wrong_with_the_numbers(
    client: Client, full: Wallet, customer: User
) -> None:
    client.force_login(customer)
    empty = client.get("/wallet/statement/download/")
    assert "This field is required" in empty.content.decode()
    beyond = client.get("/wallet/statement/download/", {"from_sequence": 1000})
    assert beyond.status_code == 400
    assert "The newest entry" in beyond.content.decode()


def test_everyone_downloads_their_own_statement(
    client: Client, full: Wallet, stranger: User, give: Callable[..., object]
) -> None:
    for address in ("", "download/?from_sequence=1", "verify.py"):
        assert client.get(f"/wallet/statement/{address}").status_code == 302
    client.force_login(stranger)
    assert "no ledger entries" in client.get("/wallet/statement/").content.decode()
    document = client.get("/wallet/statement/download/?from_sequence=1").json()
    assert document["wallet"] != full.pk and document["entries"] == []
