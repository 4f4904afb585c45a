"""The ledger's own proof: it is clean when nobody meddled, and meddling is found."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from creditsite.accounts.models import User
from creditsite.kernel import clock
from wallet.actions import Posting, adjust_wallet, expire_grants, reverse_spend
from wallet.models import EntryKind, Grant, LedgerEntry, Service, Wallet
from wallet.tests.conftest import ACTOR, Give
from wallet.tests.tampering import live_through_everything, tamper, verify
from wallet.verification import verify_wallets
from wallet.verification.run import RULES

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
def test_a_change_in_any_column_of_an_entry_is_found(history: Wallet, column: str) -> None:
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
    tamper(f"UPDATE wallet_ledgerentry SET {column} = {change} WHERE sequence = 2")
    code, printed = verify()
    assert code == 1
    assert f"wallet {history.pk}" in printed


def test_a_change_of_an_entrys_id_is_found(history: Wallet) -> None:
    tamper("UPDATE wallet_ledgerentry SET id = id + 1000 WHERE sequence = 2")
    assert "chain:" in verify()[1]


def test_a_removed_entry_is_found(history: Wallet) -> None:
    tamper("DELETE FROM wallet_ledgerentry WHERE sequence = 2")
    code, printed = verify()
    assert code == 1
    assert "sequence:" in printed and "chain:" in printed and "balance:" in printed


def test_a_cut_tail_is_found(history: Wallet) -> None:
    tamper(f"DELETE FROM wallet_ledgerentry WHERE sequence = {ENTRIES}")
    assert "wallet:" in verify()[1]


def test_two_swapped_entries_are_found(history: Wallet) -> None:
    for before, after in ((2, 100), (3, 2), (100, 3)):
        tamper(f"UPDATE wallet_ledgerentry SET sequence = {after} WHERE sequence = {before}")
    assert "chain:" in verify()[1]


def test_one_wallet_can_be_verified_alone(history: Wallet, stranger: object) -> None:
    tamper(f"UPDATE wallet_wallet SET balance = 1 WHERE id = {history.pk}")
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
def test_a_lot_that_is_not_what_was_granted_is_found(history: Wallet, change: str) -> None:
    tamper(f"UPDATE wallet_grant SET {change} WHERE credits = 10")
    assert "origin:" in verify()[1]


@pytest.fixture
def full(wallet: Wallet) -> Wallet:
    live_through_everything(wallet)
    return wallet


def test_a_ledger_with_everything_in_it_has_no_fault(full: Wallet) -> None:
    kinds = set(LedgerEntry.objects.values_list("kind", flat=True))
    assert kinds == {kind.value for kind in EntryKind}
    assert verify()[0] == 0


ENTRY = "UPDATE wallet_ledgerentry SET"
LOT = "UPDATE wallet_grant SET"
ADD_ENTRY = """
    INSERT INTO wallet_ledgerentry
    SELECT (jsonb_populate_record(e, jsonb_build_object('id', e.id + 1000, {changes}))).*
    FROM wallet_ledgerentry AS e WHERE sequence = {number}
"""
ADD_RATE = """
    INSERT INTO wallet_servicerate (
        service_id, credits_per_unit, unit, minimum_credits, effective_at, created_at
    )
    SELECT service_id, 1, 'run', 0, effective_at + interval '1 us', created_at - interval '1 day'
    FROM wallet_servicerate
"""
ADD_USAGE = """
    INSERT INTO wallet_usageday (
        wallet_id, service_id, day, spends, quantity, credits, reversed, failed
    )
    SELECT wallet_id, service_id, day - 1, 1, 1, 1, 0, 0 FROM wallet_usageday
"""
TAMPERING = [
    ("sequence", f"{ENTRY} sequence = sequence + 100 WHERE sequence = 14"),
    ("balance", f"{ENTRY} balance_after = balance_after + 1 WHERE sequence = 2"),
    ("chain", f"{ENTRY} actor = 'user:1' WHERE sequence = 2"),
    ("time", f"{ENTRY} created_at = created_at - interval '1 day' WHERE sequence = 3"),
    ("future", f"{ENTRY} created_at = created_at + interval '1 hour' WHERE sequence = 3"),
    ("draws", f"{ENTRY} credits = credits - 1 WHERE sequence = 3"),
    ("draws", f"{ENTRY} credits = credits - 1 WHERE sequence = 5"),
    ("cents", f"{ENTRY} cost_cents = cost_cents - 1 WHERE sequence = 3"),
    ("service", f"{ENTRY} service_id = service_id + 1 WHERE sequence = 3"),
    ("service", f"{ENTRY} rate_id = rate_id + 1 WHERE sequence = 3"),
    ("price", f"{ENTRY} quantity = quantity + 1 WHERE sequence = 3"),
    ("price", "UPDATE wallet_servicerate SET credits_per_unit = 2"),
    ("price", "UPDATE wallet_servicerate SET minimum_credits = 1"),
    ("price", "UPDATE wallet_servicerate SET effective_at = now() + interval '1 hour'"),
    (
        "price",
        ADD_RATE,
    ),
    ("foreign_lots", f"{LOT} wallet_id = wallet_id + 1 WHERE credits = 5"),
    ("foreign_lots", "DELETE FROM wallet_grant WHERE credits = 5"),
    ("lots", f"{LOT} remaining = remaining - 1 WHERE credits = 7"),
    ("lot_cost", f"{LOT} cost_cents = cost_cents * 2 WHERE credits = 5"),
    ("held", f"{LOT} held = held - 1 WHERE held > 0"),
    ("origin", f"{LOT} reference = 'cs_2' WHERE credits = 10"),
    ("origin", f"{LOT} created_at = created_at - interval '1 day' WHERE credits = 10"),
    ("wallet", "UPDATE wallet_wallet SET balance = balance + 1"),
    ("wallet", "UPDATE wallet_wallet SET head = sha256('x')"),
    ("wallet", "UPDATE wallet_wallet SET sequence = sequence + 1"),
    ("wallet", "DELETE FROM wallet_wallet"),
    ("wallet", f"{ENTRY} wallet_id = wallet_id + 1 WHERE sequence = 1"),
    (
        "wallet",
        ADD_ENTRY.format(changes="'reason', 'twin'", number=2),
    ),
    ("cost", f"{LOT} cost_cents = cost_cents * 2 WHERE credits = 5"),
    ("figures", "UPDATE wallet_wallet SET held = held - 1"),
    ("figures", "UPDATE wallet_wallet SET debt = debt + 1"),
    ("figures", "UPDATE wallet_clawback SET owed = 0, credits = taken WHERE owed > 0"),
    ("figures", "DELETE FROM wallet_clawback WHERE owed > 0"),
    (
        "debt",
        """
        UPDATE wallet_clawback SET owed = owed + 1, credits = credits + 1 WHERE owed > 0;
        UPDATE wallet_wallet SET debt = debt + 1
        """,
    ),
    ("expiry", "UPDATE wallet_wallet SET next_expiry_at = '9999-06-01'"),
    ("expiry", "UPDATE wallet_wallet SET next_release_at = '9999-06-01'"),
    ("holds", "UPDATE wallet_hold SET captured = captured + 1 WHERE status = 'captured'"),
    ("holds", "UPDATE wallet_hold SET metadata = '{\"job\": 7}' WHERE status = 'captured'"),
    ("holds", "UPDATE wallet_hold SET status = 'released', captured = 0 WHERE status = 'captured'"),
    ("holds", "UPDATE wallet_hold SET status = 'captured', captured = 1 WHERE status = 'released'"),
    ("holds", "UPDATE wallet_hold SET service_id = service_id + 1 WHERE status = 'captured'"),
    ("holds", "DELETE FROM wallet_hold WHERE status = 'captured'"),
    ("hold_draws", "UPDATE wallet_hold SET credits = credits + 1 WHERE status = 'released'"),
    ("figures", "UPDATE wallet_hold SET status = 'released' WHERE status = 'open'"),
    ("figures", "DELETE FROM wallet_hold WHERE status = 'open'"),
    ("reversals", f"{ENTRY} credits = 100 WHERE kind = 'reversal'"),
    ("reversals", f"{ENTRY} reverses_id = reverses_id - 1 WHERE kind = 'reversal'"),
    ("reversals", f"{ENTRY} reverses_id = 0 WHERE kind = 'reversal'"),
    ("clawbacks", "UPDATE wallet_clawback SET taken = taken - 1, credits = credits - 1"),
    ("clawbacks", "UPDATE wallet_clawback SET reason = 'because'"),
    ("clawbacks", "UPDATE wallet_clawback SET entry_id = entry_id - 1 WHERE owed = 0"),
    ("clawbacks", "DELETE FROM wallet_clawback WHERE owed = 0"),
    *(
        ("usage", f"UPDATE wallet_usageday SET {column} = {column} + 1")
        for column in ("spends", "quantity", "credits", "reversed", "failed", "day")
    ),
    ("usage", "DELETE FROM wallet_usageday"),
    (
        "usage",
        ADD_USAGE,
    ),
]


@pytest.mark.parametrize(("rule", "statement"), TAMPERING)
def test_what_breaks_a_rule_is_found(full: Wallet, rule: str, statement: str) -> None:
    tamper(statement)
    code, printed = verify()
    assert code == 1
    assert f"{rule}:" in printed


def test_every_rule_has_somebody_who_breaks_it() -> None:
    assert {rule for rule, _ in TAMPERING} == set(RULES)


def test_an_added_entry_is_found(history: Wallet) -> None:
    tamper(ADD_ENTRY.format(changes="'sequence', 6, 'idempotency_key', 'new'", number=ENTRIES))
    assert verify()[0] == 1


def test_what_came_back_into_a_new_lot_has_no_fault(
    wallet: Wallet, service: Service, give: Give, spend: Callable[..., Posting]
) -> None:
    soon = clock.now() + timedelta(seconds=0.5)
    give("10", cost_cents=99, expires_at=soon)
    spent = spend("3", "a").entry
    time.sleep(max((soon - clock.now()).total_seconds(), 0))
    reverse_spend(spend=spent, reason="failed", idempotency_key="b", actor=ACTOR)
    expire_grants()
    assert Grant.objects.filter(source="reversal").count() == 1
    assert verify()[0] == 0
    tamper("UPDATE wallet_grant SET reference = 'entry 1' WHERE source = 'reversal'")
    assert "origin:" in verify()[1]


def test_wallets_are_verified_in_ranges_that_leave_none_out(
    full: Wallet, stranger: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wallet.verification.run.ENTRIES_AT_ONCE", 1)
    ranges = list(verify_wallets())
    assert len(ranges) == Wallet.objects.count() == sum(one.wallets for one in ranges)
    assert sum(one.entries for one in ranges) == LedgerEntry.objects.count()
    assert not [fault for one in ranges for fault in one.faults]


@pytest.mark.parametrize("draws", ["{}", '"x"', '[["x", "y"]]', "[[1]]", '[[1, "1e3"]]', "[7]"])
def test_draws_that_cannot_be_read_are_a_fault_and_no_crash(history: Wallet, draws: str) -> None:
    tamper(f"UPDATE wallet_ledgerentry SET draws = '{draws}' WHERE sequence = 2")
    code, printed = verify()
    assert code == 1
    assert "chain:" in printed
    assert "shape:" in printed or "draws:" in printed


def test_metadata_that_cannot_be_read_is_a_fault_and_no_crash(full: Wallet) -> None:
    tamper(
        """UPDATE wallet_ledgerentry SET metadata = '{"repaid_debt": "x"}'"""
        " WHERE metadata ? 'repaid_debt'"
    )
    code, printed = verify()
    assert code == 1
    assert "shape:" in printed and "chain:" in printed
