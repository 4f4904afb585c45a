"""What the database itself refuses, whoever asks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction

from creditsite.kernel import clock
from wallet.models import (
    Clawback,
    EntryKind,
    Grant,
    Hold,
    LedgerEntry,
    Service,
    ServiceDay,
    ServiceRate,
    SpendLimit,
    SystemPause,
    UsageDay,
    Wallet,
    WalletEvent,
    WalletStatusChange,
)
from wallet.tests.conftest import Give
from wallet.tests.test_operator_guards import OPERATOR_FAULTS
from wallet.tests.test_roll_up_ledger import HOUR_FAULTS

WALLET_FAULTS: dict[str, Callable[[Wallet], Any]] = {
    "wallet_held_not_negative": lambda wallet: change(wallet, held=-1),
    "wallet_held_within_balance": lambda wallet: change(wallet, balance=-1),
    "wallet_debt_not_negative": lambda wallet: change(wallet, debt=-1),
    "wallet_status_known": lambda wallet: change(wallet, status="frozen"),
    "wallet_alert_below_positive": lambda wallet: change(wallet, alert_below=0),
    "wallet_alert_days_positive": lambda wallet: change(wallet, alert_days=0),
    "wallet_alert_expiry_days_positive": lambda wallet: change(wallet, alert_expiry_days=0),
    "grant_credits_positive": lambda wallet: new_grant(
        wallet, credits=0, remaining=0, is_open=False
    ),
    "grant_held_not_negative": lambda wallet: grants(wallet, held=-1),
    "grant_figures_in_order": lambda wallet: grants(wallet, held=6),
    "grant_cost_not_negative": lambda wallet: new_grant(wallet, cost_cents=-1),
    "grant_source_known": lambda wallet: new_grant(wallet, source="found"),
    "entry_sequence_unique_in_wallet": lambda wallet: insert(wallet, sequence=1),
    "entry_key_unique_in_wallet": lambda wallet: insert(wallet, idempotency_key="give-1"),
    "entry_credits_not_zero": lambda wallet: insert(
        wallet, credits=0, kind="adjustment", reason="r"
    ),
    "entry_never_below_zero": lambda wallet: insert(wallet, balance_after=-1),
    "entry_sequence_from_one": lambda wallet: insert(wallet, sequence=0),
    "entry_kind_known": lambda wallet: insert(wallet, kind="gift"),
    "entry_has_key": lambda wallet: insert(wallet, idempotency_key=""),
    "entry_spend_names_service": lambda wallet: insert(wallet, kind="spend", credits=-1),
    "entry_rate_goes_with_quantity": lambda wallet: insert(wallet, quantity=1),
    "entry_reversal_names_what_it_reverses": lambda wallet: insert(wallet, kind="reversal"),
    "entry_of_a_hold_is_a_spend": lambda wallet: insert(wallet, hold_id=1),
    "entry_expiry_and_clawback_take": lambda wallet: insert(wallet, kind="expiry"),
    "entry_grant_positive": lambda wallet: insert(wallet, credits=-1),
    "entry_adjustment_has_reason": lambda wallet: insert(wallet, kind="adjustment"),
    "service_status_known": lambda wallet: Service.objects.create(slug="s", status="odd"),
    "rate_credits_per_unit_positive": lambda wallet: rate(0, clock.now()),
    "rate_minimum_not_negative": lambda wallet: rate(1, clock.now(), minimum_credits=-1),
    "rate_names_its_unit": lambda wallet: rate(1, clock.now(), unit=""),
    "rate_one_per_service_and_moment": lambda wallet: rate(1, clock.NEVER, times=2),
    "status_change_changes": lambda wallet: status_change(wallet, to_status="active"),
    "status_change_has_reason": lambda wallet: status_change(wallet, reason=""),
    "hold_key_unique_in_wallet": lambda wallet: new_hold(wallet, times=2),
    "hold_credits_positive": lambda wallet: new_hold(wallet, credits=0),
    "hold_captured_within_credits": lambda wallet: settled(wallet, "captured", captured=2),
    "hold_captured_when_it_says_so": lambda wallet: settled(wallet, "released", captured=1),
    "hold_settled_unless_open": lambda wallet: new_hold(wallet, settled_at=clock.now()),
    "hold_status_known": lambda wallet: settled(wallet, "lost"),
    "hold_expires_after_it_is_placed": lambda wallet: new_hold(wallet, created_at=clock.NEVER),
    "hold_has_key": lambda wallet: new_hold(wallet, idempotency_key=""),
    "clawback_key_unique_in_wallet": lambda wallet: clawback(wallet, times=2),
    "clawback_credits_positive": lambda wallet: clawback(wallet, credits=0, owed=0),
    "clawback_taken_and_owed_are_all_of_it": lambda wallet: clawback(wallet, owed=2),
    "clawback_names_the_entry_that_took": lambda wallet: clawback(wallet, taken=1, owed=0),
    "clawback_has_reason": lambda wallet: clawback(wallet, reason=""),
    "limit_one_per_wallet_service_and_period": lambda wallet: limit(wallet, times=2),
    "limit_credits_not_negative": lambda wallet: limit(wallet, credits=-1),
    "limit_period_known": lambda wallet: limit(wallet, period="year"),
    "usage_one_per_wallet_day_and_service": lambda wallet: usage(wallet, times=2),
    "usage_figures_in_order": lambda wallet: usage(wallet, credits=1, reversed=2),
    "service_day_one_per_day_and_service": lambda wallet: service_day(times=2),
    "system_pause_one_at_a_time": lambda wallet: system_pause(times=2),
    "system_pause_has_reason": lambda wallet: system_pause(reason=""),
    "system_pause_says_who_resumed": lambda wallet: system_pause(resumed_at=clock.now()),
    "event_kind_known": lambda wallet: WalletEvent.objects.create(
        wallet=wallet, kind="odd", data={}, created_at=clock.now()
    ),
}


def change(wallet: Wallet, **columns: Any) -> None:
    Wallet.objects.filter(pk=wallet.pk).update(**columns)


def grants(wallet: Wallet, **columns: Any) -> None:
    Grant.objects.filter(wallet=wallet).update(**columns)


def new_grant(wallet: Wallet, **columns: Any) -> None:
    lot = {"source": "promotion", "credits": 1, "remaining": 1, "created_at": clock.now()}
    Grant.objects.create(wallet=wallet, **(lot | columns))


def insert(wallet: Wallet, **columns: Any) -> None:
    entry = {
        "kind": EntryKind.GRANT,
        "sequence": 2,
        "credits": 1,
        "balance_after": 6,
        "draws": [],
        "cost_cents": 0,
        "idempotency_key": "k",
        "request_hash": b"",
        "reference": "",
        "actor": "a",
        "reason": "",
        "metadata": {},
        "created_at": clock.now(),
        "hash": b"",
    }
    LedgerEntry.objects.create(wallet=wallet, **(entry | columns))


def rate(credits_per_unit: int, effective_at: Any, times: int = 1, **columns: Any) -> None:
    service = some_service()
    for _number in range(times):
        ServiceRate.objects.create(
            service=service,
            credits_per_unit=credits_per_unit,
            effective_at=effective_at,
            **({"unit": "run"} | columns),
        )


def status_change(wallet: Wallet, **columns: Any) -> None:
    step = {"from_status": "active", "to_status": "paused", "reason": "r", "actor": "a"}
    WalletStatusChange.objects.create(wallet=wallet, **(step | columns))


def new_hold(wallet: Wallet, times: int = 1, **columns: Any) -> None:
    now = clock.now()
    placed = {
        "credits": 1,
        "draws": [],
        "created_at": now,
        "expires_at": now + timedelta(hours=1),
        "idempotency_key": "k",
        "request_hash": b"",
        "actor": "a",
        "metadata": {},
    }
    for _number in range(times):
        Hold.objects.create(wallet=wallet, service=some_service(), **(placed | columns))


def settled(wallet: Wallet, status: str, **columns: Any) -> None:
    new_hold(wallet, status=status, settled_at=clock.now(), **columns)


def clawback(wallet: Wallet, times: int = 1, **columns: Any) -> None:
    taken = {
        "credits": 1,
        "taken": 0,
        "owed": 1,
        "idempotency_key": "k",
        "request_hash": b"",
        "reference": "",
        "reason": "r",
        "actor": "a",
        "created_at": clock.now(),
    }
    for _number in range(times):
        Clawback.objects.create(wallet=wallet, **(taken | columns))


def limit(wallet: Wallet, times: int = 1, **columns: Any) -> None:
    for _number in range(times):
        SpendLimit.objects.create(wallet=wallet, **({"period": "day", "credits": 1} | columns))


def usage(wallet: Wallet, times: int = 1, **columns: Any) -> None:
    for _number in range(times):
        UsageDay.objects.create(
            wallet=wallet, service=some_service(), day=date(2026, 1, 1), **columns
        )


def service_day(times: int) -> None:
    figures = dict.fromkeys(("wallets", "spends", "quantity", "credits", "reversed", "failed"), 1)
    for _number in range(times):
        ServiceDay.objects.create(
            service=some_service(), day=date(2026, 1, 1), rolled_up_at=clock.now(), **figures
        )


def system_pause(times: int = 1, **columns: Any) -> None:
    for _number in range(times):
        SystemPause.objects.create(**({"reason": "r", "paused_by": "a"} | columns))


def some_service() -> Service:
    return Service.objects.get_or_create(slug="s")[0]


@pytest.mark.parametrize("constraint", WALLET_FAULTS)
def test_each_constraint_refuses_a_raw_write(wallet: Wallet, give: Give, constraint: str) -> None:
    give("5")
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        WALLET_FAULTS[constraint](wallet)
    diagnosis: Any = refusal.value.__cause__
    assert diagnosis.diag.constraint_name == constraint


def test_every_constraint_of_the_wallet_app_is_tried_above() -> None:
    models = apps.get_app_config("wallet").get_models()
    constraints = [constraint for model in models for constraint in model._meta.constraints]
    named = {
        name
        for constraint in constraints
        for name in getattr(constraint, "rules", [constraint.name])
    }
    assert named == {*WALLET_FAULTS, *OPERATOR_FAULTS, *HOUR_FAULTS}
