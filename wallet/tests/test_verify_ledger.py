"""The ledger's own proof: it is clean when nobody meddled, and meddling is found."""

from __future__ import annotations

import io
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from wallet.actions import adjust_wallet
from wallet.models import LedgerEntry, Wallet
from wallet.tests.conftest import ACTOR, Give

# What stands in the ledger before each test: a grant, two spends, a grant, an adjustment.
ENTRIES = 5


@pytest.fixture
def history(wallet: Wallet, give: Give, spend: Callable[..., object]) -> Wallet:
    give("100", cost_cents=1000)
    spend("3", "a", job="7")
    spend("0.5", "b")
    give("10")
    adjust_wallet(
        wallet=wallet, credits=Decimal(-2), reason="mistake", idempotency_key="c", actor=ACTOR
    )
    return wallet


@pytest.fixture
def tampering(history: Wallet) -> Callable[..., None]:
    """Run SQL as an intruder who has switched the guards off."""

    def tamper(statement: str, *parameters: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(statement, parameters)
            cursor.execute("SET session_replication_role = origin")

    return tamper


def verify(**options: object) -> tuple[int, str]:
    """Return the exit code of `verify_ledger` and all it printed."""
    printed = io.StringIO()
    try:
        call_command("verify_ledger", stdout=printed, stderr=printed, **options)
    except CommandError as error:
        return error.returncode, printed.getvalue()
    return 0, printed.getvalue()


def test_an_untouched_ledger_has_no_fault(history: Wallet) -> None:
    code, printed = verify()
    assert code == 0
    assert f"{ENTRIES} entries" in printed


def test_a_wallet_without_entries_has_no_fault(wallet: Wallet) -> None:
    assert verify()[0] == 0


@pytest.mark.parametrize(
    "column",
    [field.attname for field in LedgerEntry._meta.concrete_fields if field.name != "id"],
)
def test_a_change_in_any_column_of_an_entry_is_found(
    history: Wallet, tampering: Callable[..., None], column: str
) -> None:
    change = {
        "wallet_id": "wallet_id + 1",
        "sequence": "sequence + 100",
        "kind": "'adjustment'",
        "credits": "credits - 1",
        "balance_after": "balance_after + 1",
        "draws": "'[]'",
        "service_id": "service_id + 1",
        "rate_id": "rate_id + 1",
        "quantity": "quantity + 1",
        "hold_id": "1",
        "reverses_id": "1",
        "cost_cents": "cost_cents + 1",
        "idempotency_key": "idempotency_key || 'x'",
        "request_hash": "'\\x00'",
        "reference": "'top-up:7'",
        "actor": "'user:1'",
        "reason": "'because'",
        "metadata": "'{\"job\": null}'",
        "created_at": "created_at + interval '1 microsecond'",
        "hash": "sha256('x')",
    }[column]
    tampering(f"UPDATE wallet_ledgerentry SET {column} = {change} WHERE sequence = 2")
    code, printed = verify()
    assert code == 1
    assert f"wallet {history.pk}" in printed


def test_a_change_of_an_entrys_id_is_found(tampering: Callable[..., None]) -> None:
    tampering("UPDATE wallet_ledgerentry SET id = id + 1000 WHERE sequence = 2")
    assert "chain:" in verify()[1]


def test_a_removed_entry_is_found(tampering: Callable[..., None]) -> None:
    tampering("DELETE FROM wallet_ledgerentry WHERE sequence = 2")
    code, printed = verify()
    assert code == 1
    assert "sequence:" in printed and "chain:" in printed and "balance:" in printed


def test_a_cut_tail_is_found(tampering: Callable[..., None]) -> None:
    tampering("DELETE FROM wallet_ledgerentry WHERE sequence = %s", ENTRIES)
    assert "wallet:" in verify()[1]


def test_two_swapped_entries_are_found(tampering: Callable[..., None]) -> None:
    for before, after in ((2, 100), (3, 2), (100, 3)):
        tampering("UPDATE wallet_ledgerentry SET sequence = %s WHERE sequence = %s", after, before)
    assert "chain:" in verify()[1]


@pytest.mark.parametrize(
    ("check", "statement"),
    [
        ("wallet", "UPDATE wallet_wallet SET balance = balance + 1"),
        ("wallet", "UPDATE wallet_wallet SET head = sha256('x')"),
        ("lots", "UPDATE wallet_grant SET remaining = remaining - 1 WHERE credits = 10"),
        ("cost", "UPDATE wallet_grant SET cost_cents = cost_cents + 1 WHERE cost_cents > 0"),
        ("lots", "UPDATE wallet_grant SET wallet_id = wallet_id + 1 WHERE credits = 10"),
    ],
)
def test_a_wallet_or_lot_that_does_not_match_its_entries_is_found(
    tampering: Callable[..., None], check: str, statement: str
) -> None:
    tampering(statement)
    code, printed = verify()
    assert code == 1
    assert f"{check}:" in printed or "foreign_lots:" in printed


def test_one_wallet_can_be_verified_alone(
    history: Wallet, tampering: Callable[..., None], stranger: object
) -> None:
    tampering("UPDATE wallet_wallet SET balance = 1 WHERE id = %s", history.pk)
    other = Wallet.objects.exclude(pk=history.pk).get()
    assert verify(wallet=other.pk)[0] == 0
    assert verify(wallet=history.pk)[0] == 1
    assert verify(wallet=history.pk + 1000)[0] == 2


@pytest.mark.parametrize(
    "change",
    [
        "credits = 1000, remaining = 998",
        "cost_cents = 7",
        "source = 'top_up'",
        "currency = 'eur'",
        "priority = -5",
        "expires_at = now()",
    ],
)
def test_a_lot_that_is_not_what_was_granted_is_found(
    tampering: Callable[..., None], change: str
) -> None:
    tampering(f"UPDATE wallet_grant SET {change} WHERE credits = 10")
    assert "origin:" in verify()[1]


@pytest.mark.parametrize(
    ("check", "statement"),
    [
        ("figures", "UPDATE wallet_wallet SET held = 1"),
        ("figures", "UPDATE wallet_wallet SET debt = 1"),
        ("expiry", "UPDATE wallet_wallet SET next_expiry_at = '9999-06-01'"),
    ],
)
def test_a_figure_that_nothing_explains_is_found(
    tampering: Callable[..., None], check: str, statement: str
) -> None:
    tampering(statement)
    assert f"{check}:" in verify()[1]


@pytest.mark.parametrize("draws", ["{}", '"x"', '[["x", "y"]]', "[[1]]", '[[1, "1e3"]]', "[7]"])
def test_draws_that_cannot_be_read_are_a_fault_and_no_crash(
    tampering: Callable[..., None], draws: str
) -> None:
    tampering(f"UPDATE wallet_ledgerentry SET draws = '{draws}' WHERE sequence = 2")
    code, printed = verify()
    assert code == 1
    assert "shape:" in printed and "chain:" in printed
