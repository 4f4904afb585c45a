"""Pausing and resuming."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from creditsite.accounts.models import User
from wallet.actions import pause_wallet, resume_wallet
from wallet.errors import ReasonRequired, WalletPaused, WalletStatusUnchanged
from wallet.models import Wallet, WalletStatus
from wallet.tests.conftest import Give


def test_a_paused_wallet_takes_credits_and_spends_none_until_resumed(
    wallet: Wallet, operator: User, give: Give, spend: Callable[..., object]
) -> None:
    give("5")
    paused = pause_wallet(wallet=wallet, reason="card stolen", actor=operator.actor)
    assert (paused.status, paused.status_reason) == (WalletStatus.PAUSED, "card stolen")
    give("5")
    with pytest.raises(WalletPaused):
        spend("1", "a")
    resumed = resume_wallet(wallet=wallet, reason="new card", actor=operator.actor)
    assert (resumed.status, resumed.status_reason) == (WalletStatus.ACTIVE, "")
    spend("1", "a")
    changes = wallet.status_changes.order_by("id").values_list("to_status", "reason", "actor")
    assert list(changes) == [
        ("paused", "card stolen", str(operator.actor)),
        ("active", "new card", str(operator.actor)),
    ]


def test_a_step_from_the_wrong_status_is_refused(wallet: Wallet, operator: User) -> None:
    with pytest.raises(WalletStatusUnchanged):
        resume_wallet(wallet=wallet, reason="r", actor=operator.actor)
    pause_wallet(wallet=wallet, reason="r", actor=operator.actor)
    with pytest.raises(WalletStatusUnchanged):
        pause_wallet(wallet=wallet, reason="r", actor=operator.actor)
    assert wallet.status_changes.count() == 1


def test_a_pause_without_a_reason_is_refused(wallet: Wallet, operator: User) -> None:
    with pytest.raises(ReasonRequired):
        pause_wallet(wallet=wallet, reason=" ", actor=operator.actor)
    wallet.refresh_from_db()
    assert wallet.status == WalletStatus.ACTIVE
