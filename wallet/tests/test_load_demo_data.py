"""The demo is made once, by the real actions, and its log-ins work."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from wallet.models import LedgerEntry


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


def test_the_demo_is_refused_where_money_is_real(db: None, settings: Settings) -> None:
    settings.STRIPE_LIVE_MODE = True
    with pytest.raises(CommandError):
        call_command("load_demo_data")
    assert not LedgerEntry.objects.exists()
