"""An installation that spent before usage was counted."""

from __future__ import annotations

from importlib import import_module

from django.db import connection

from wallet.models import UsageDay, Wallet
from wallet.tests.model.passing_time import verify
from wallet.tests.model.steps import grant, reverse, spend


def test_earlier_spends_are_counted_as_the_ledger_would_have(
    wallet: Wallet, service: object
) -> None:
    grant(wallet, "20")
    reverse(spend(wallet, "3"), "1")
    spend(wallet, "2.5")
    counted = list(UsageDay.objects.values())
    assert counted
    UsageDay.objects.all().delete()
    migration = import_module("wallet.migrations.0005_usage_of_earlier_entries")
    with connection.cursor() as cursor:
        for _repeated in range(2):
            cursor.execute(migration.COUNT_EARLIER_SPENDS)
    assert [day | {"id": 0} for day in UsageDay.objects.values()] == [
        day | {"id": 0} for day in counted
    ]
    verify()
