"""Constraints that stand for several rules: each part of them refuses by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from wallet.models import UsageDay, Wallet
from wallet.tests.conftest import Give
from wallet.tests.test_ledger_guards import change, grants, usage

pytestmark = pytest.mark.django_db


def give_back(wallet: Wallet, credits: int) -> None:
    usage(wallet, spends=1, credits=1)
    UsageDay.objects.filter(wallet=wallet).update(reversed=credits)


@pytest.mark.parametrize(
    ("constraint", "write", "columns"),
    [
        ("wallet_held_within_balance", change, {"balance": -1}),
        ("wallet_held_within_balance", change, {"held": 6}),
        ("grant_figures_in_order", grants, {"remaining": 6}),
        ("grant_figures_in_order", grants, {"remaining": -1, "is_open": False}),
        ("grant_figures_in_order", grants, {"remaining": 0}),
        ("grant_figures_in_order", grants, {"is_open": False}),
        ("grant_figures_in_order", grants, {"held": 6}),
        ("usage_figures_in_order", usage, {"quantity": -1}),
        ("usage_figures_in_order", give_back, {"credits": 2}),
        ("usage_figures_in_order", give_back, {"credits": -1}),
        ("usage_figures_in_order", usage, {"credits": 1, "reversed": 2}),
        ("usage_figures_in_order", usage, {"credits": 1, "reversed": -1}),
        ("usage_figures_in_order", usage, {"spends": 1, "failed": 2}),
        ("usage_figures_in_order", usage, {"spends": 1, "failed": -1}),
    ],
)
def test_each_part_of_a_constraint_on_figures_refuses(
    wallet: Wallet, give: Give, constraint: str, write: Callable[..., None], columns: dict[str, Any]
) -> None:
    give("5")
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        write(wallet, **columns)
    diagnosis: Any = refusal.value.__cause__
    assert diagnosis.diag.constraint_name == constraint
