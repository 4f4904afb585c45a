"""A clock that goes back spoils no wallet: its own time stands still until the clock is there."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from creditsite.accounts.models import User
from wallet import verify as offline
from wallet.actions import BatchItem, Posting, open_wallet, spend_batch
from wallet.models import Wallet
from wallet.reports.as_of import wallet_at
from wallet.signing import published_key
from wallet.statements import statement_of
from wallet.tests.conftest import ACTOR
from wallet.tests.model.steps import (
    adjust,
    capture,
    carry,
    grant,
    hold,
    new_key,
    release,
    reverse,
    spend,
    take_back,
)
from wallet.tests.older import set_clock_back, set_clock_right
from wallet.tests.tampering import verify

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("service")]


def times(wallet: Wallet) -> list[datetime]:
    return [entry.created_at for entry in wallet.entries.order_by("sequence")]


def do_everything(wallet: Wallet) -> None:
    lasting = grant(wallet, "40", hours=24)
    reverse(spend(wallet, "7"), "3")
    capture(hold(wallet, "4"), "2.5")
    release(hold(wallet, "1"))
    adjust(wallet, "-1")
    carry(lasting, most="2")
    take_back(wallet, "100")
    grant(wallet, "200")
    items = [BatchItem(wallet.pk, "runs", Decimal(quantity), new_key()) for quantity in (1, 2)]
    assert all(isinstance(one, Posting) for one in spend_batch(items=items, actor=ACTOR))


def test_whatever_is_done_then_times_never_fall(wallet: Wallet) -> None:
    grant(wallet, "10")
    newest = spend(wallet, "1").created_at
    set_clock_back(hours=5)
    do_everything(wallet)
    seen = times(wallet)
    assert len(seen) == 14
    assert seen == sorted(seen)
    assert set(seen[2:]) == {newest}
    set_clock_right()
    assert verify()[0] == 0


def test_a_statement_over_that_time_is_sound(wallet: Wallet, tmp_path: Path) -> None:
    grant(wallet, "10")
    set_clock_back(hours=5)
    spend(wallet, "1")
    path = tmp_path / "statement.json"
    path.write_text(json.dumps(statement_of(wallet)))
    assert offline.main([str(path), "--key", published_key().public_key]) == 0


def test_what_it_was_at_a_moment_before_stays_so(wallet: Wallet) -> None:
    grant(wallet, "10")
    first, second = spend(wallet, "1"), spend(wallet, "1")
    set_clock_back(hours=5)
    adjust(wallet, "-3")
    assert wallet_at(wallet, first.created_at).balance == first.balance_after
    before_the_second = second.created_at - timedelta(microseconds=1)
    assert wallet_at(wallet, before_the_second).balance == first.balance_after


def test_a_batch_over_two_wallets_keeps_the_time_of_each(wallet: Wallet, stranger: User) -> None:
    other = open_wallet(customer=stranger)
    old, new = grant(wallet, "10"), grant(other, "10")
    set_clock_back(hours=5)
    items = [BatchItem(one.pk, "runs", Decimal(1), "key") for one in (wallet, other)]
    first, second = spend_batch(items=items, actor=ACTOR)
    assert isinstance(first, Posting) and isinstance(second, Posting)
    assert first.entry.created_at == old.created_at
    assert second.entry.created_at == new.created_at


def test_a_clock_that_was_ahead_is_told(wallet: Wallet) -> None:
    grant(wallet, "10")
    set_clock_back(hours=-1)
    spend(wallet, "1")
    set_clock_right()
    code, printed = verify()
    assert code == 1
    assert f"future: wallet {wallet.pk}, entry 2" in printed
