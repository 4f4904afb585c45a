"""The demo has one dispute, which an operator can rule on."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from disputes.models import Dispute

pytestmark = pytest.mark.django_db


def test_the_demo_customer_contests_one_failed_run_once() -> None:
    call_command("load_demo_data", verbosity=0)
    call_command("load_demo_dispute", verbosity=0)
    call_command("load_demo_dispute", verbosity=0)
    dispute = Dispute.objects.get()
    (charge,) = dispute.charges.select_related("entry")
    assert charge.entry.metadata["outcome"] == "failed"
    assert (dispute.status, dispute.reason) == ("open", "failed_run")
    call_command("verify_ledger", verbosity=0)


def test_where_disputes_are_off_there_is_none(settings: Settings) -> None:
    settings.CREDIT_DISPUTE_ENABLED = False
    call_command("load_demo_data", verbosity=0)
    call_command("load_demo_dispute", verbosity=0)
    assert not Dispute.objects.exists()


def test_it_needs_the_demo_and_a_site_without_real_money(settings: Settings) -> None:
    with pytest.raises(CommandError, match="load_demo_data first"):
        call_command("load_demo_dispute")
    settings.STRIPE_LIVE_MODE = True
    with pytest.raises(CommandError, match="real money"):
        call_command("load_demo_dispute")
