"""A year of thirty customers comes to the same, whether all goes well or nothing does."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from pytest_django import Settings

from billing.models import Allocation, PromotionUse, StripeEvent, Subscription, TopUp
from billing.tests.conftest import make_deliveries
from billing.tests.stripe_account import StripeAccount
from billing.tests.year.checks import Outcome, check_all, outcome
from billing.tests.year.clocks import MovedTime
from billing.tests.year.delivery import BadDelivery, Delivery
from billing.tests.year.lives import START, Year
from creditsite.tests.databases import TestDatabase
from creditsite.tests.sandbox_fixtures import refuse_what_stripe_does_not_know
from creditsite.tests.stripe_requests import RequestWatch

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE, MONTHS = 30, 12


def lived(account: StripeAccount, delivery: Delivery, watch: RequestWatch) -> Outcome:
    """Live the year; return what it came to."""
    time = MovedTime(account, START)
    with time.running():
        year = Year(
            time,
            delivery,
            people=PEOPLE,
            months=MONTHS,
            after_each_step=partial(refuse_what_stripe_does_not_know, watch),
        )
        year.live()
        check_all(account)
        return outcome()


def test_a_bad_year_comes_to_the_same_as_a_good_one(
    stripe_account: StripeAccount,
    database: TestDatabase,
    database_url: str,
    watched_sandbox: RequestWatch,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Longer than the year, or what lapses in its last days would hang on when it was paid.
    settings.TOP_UP_LIFETIME = timedelta(days=400)
    monkeypatch.setenv("TOP_UP_LIFETIME_DAYS", "400")
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    api_version = settings.STRIPE_API_VERSION
    good_delivery = Delivery(stripe_account, make_deliveries(api_version))
    good = lived(stripe_account, good_delivery, watched_sandbox)
    assert_much_has_happened()
    database.restore()
    stripe_account.reset()
    bad_delivery = BadDelivery(stripe_account, make_deliveries(api_version), database_url, seed=1)
    bad = lived(stripe_account, bad_delivery, watched_sandbox)
    assert bad_delivery.killed == 12
    assert bad_delivery.done_by_the_killed > 10
    assert bad.differences_to(good) == []


def assert_much_has_happened() -> None:
    """Make sure that the dice left nothing out."""
    kinds = set(Allocation.objects.values_list("kind", "version__package__slug"))
    assert {("period", slug) for slug in ("solo", "team", "works", "annual")} <= kinds
    assert ("upgrade", "works") in kinds
    assert Allocation.objects.filter(rolled_over__isnull=False).count() > 20
    assert Subscription.objects.filter(status="ended").count() > 5
    assert TopUp.objects.filter(status="paid").count() > 20
    assert PromotionUse.objects.filter(bonus_entry__isnull=False).exists()
    types = set(StripeEvent.objects.values_list("type", flat=True))
    assert {"invoice.payment_failed", "checkout.session.expired"} <= types
