"""The demo is made once, by the real actions, and its log-ins work."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from creditsite.kernel import clock
from wallet.models import LedgerEntry, Wallet
from wallet.reports.forecast import wallet_forecast


def test_the_demo_is_the_same_when_loaded_again(db: None, client: Client, tmp_path: Path) -> None:
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    call_command("load_demo_data", output=first, verbosity=0)
    entries = LedgerEntry.objects.count()
    call_command("load_demo_data", output=second, verbosity=0)
    assert LedgerEntry.objects.count() == entries > 1
    demo = json.loads(first.read_text())
    assert demo == json.loads(second.read_text())
    assert first.stat().st_mode & 0o077 == 0
    call_command("verify_ledger", verbosity=0)
    for person in ("customer", "operator"):
        logged_in = client.post(
            reverse("account_login"),
            {"login": demo[person]["email"], "password": demo[person]["password"]},
        )
        assert logged_in.status_code == 302
        client.logout()
    for key, wallet in (
        (demo["customer"]["api_key"], ""),
        (demo["platform_api_key"], f"?wallet={demo['customer']['wallet']}"),
    ):
        answer = client.get(f"/api/v1/wallet{wallet}", headers={"Authorization": f"Bearer {key}"})
        assert answer.json()["id"] == demo["customer"]["wallet"]


def test_the_demo_has_a_history_of_three_months(db: None) -> None:
    call_command("load_demo_data", verbosity=0)
    wallet = Wallet.objects.get(sequence__gt=0)
    first, newest = wallet.entries.earliest("sequence"), wallet.entries.latest("sequence")
    assert newest.created_at - first.created_at > timedelta(days=85)
    assert newest.created_at < clock.now()
    assert wallet_forecast(wallet).days is not None
    days = wallet.usage_days.values("day").distinct().count()
    assert days > 60
    assert wallet.usage_days.filter(failed__gt=0).count() > 5
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp() - now(), current_setting('search_path')")
        ahead, path = cursor.fetchone()
        assert (abs(ahead) < timedelta(minutes=1), path) == (True, '"$user", public')
        cursor.execute("SELECT count(*) FROM pg_namespace WHERE nspname = 'demo_clock'")
        assert cursor.fetchone() == (0,)


def test_the_demo_is_refused_where_money_is_real(db: None, settings: Settings) -> None:
    settings.STRIPE_LIVE_MODE = True
    with pytest.raises(CommandError):
        call_command("load_demo_data")
    assert not LedgerEntry.objects.exists()
