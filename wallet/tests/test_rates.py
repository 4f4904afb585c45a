"""Services and their prices, in versions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from creditsite.kernel import clock
from wallet.actions import Posting, add_service, publish_rate
from wallet.errors import CreditsOutOfRange, RateInThePast
from wallet.models import Service, ServiceRate, Wallet
from wallet.tests.conftest import Give

Spend = Callable[..., Posting]


def test_a_service_begins_with_a_rate_in_force_now(
    give: Give, spend: Spend, service: Service
) -> None:
    rate = service.rates.get()
    assert (rate.credits_per_unit, rate.unit, rate.minimum_credits) == (1, "run", 0)
    give("5")
    assert spend("2", "a").entry.rate == rate


def test_a_service_that_is_there_stays_as_it_is(service: Service) -> None:
    again = add_service(slug="runs", name="Other", unit="hour", credits_per_unit=Decimal(9))
    assert (again.pk, again.name) == (service.pk, "Runs")
    assert ServiceRate.objects.filter(service=service).count() == 1


def test_a_new_rate_prices_what_is_spent_from_then_on(
    service: Service, give: Give, spend: Spend
) -> None:
    give("100")
    before = spend("2", "a").entry
    rate = publish_rate(service=service, credits_per_unit=Decimal(3), unit="minute")
    after = spend("2", "b").entry
    assert (before.credits, after.credits) == (-2, -6)
    assert after.rate == rate
    assert before.rate is not None and before.rate.credits_per_unit == 1


def test_a_repeated_spend_keeps_its_first_price(service: Service, give: Give, spend: Spend) -> None:
    give("100")
    first = spend("2", "a").entry
    publish_rate(service=service, credits_per_unit=Decimal(3))
    assert spend("2", "a").entry.pk == first.pk


def test_a_spend_costs_at_least_the_minimum(service: Service, give: Give, spend: Spend) -> None:
    publish_rate(
        service=service, credits_per_unit=Decimal("0.001"), minimum_credits=Decimal("0.25")
    )
    give("100")
    assert spend("1", "a").entry.credits == Decimal("-0.25")
    assert spend("0.01", "b").entry.credits == Decimal("-0.25")
    assert spend("1000", "c").entry.credits == Decimal(-1)


def test_a_rate_without_a_unit_keeps_that_of_the_newest(service: Service) -> None:
    publish_rate(service=service, credits_per_unit=Decimal(2), unit="minute")
    assert publish_rate(service=service, credits_per_unit=Decimal(3)).unit == "minute"


def test_a_rate_begins_now_or_later(service: Service) -> None:
    with pytest.raises(RateInThePast):
        publish_rate(
            service=service,
            credits_per_unit=Decimal(1),
            effective_at=clock.now() - timedelta(seconds=1),
        )
    assert service.rates.count() == 1


@pytest.mark.parametrize("price", ["0", "-1", "0.00001", "NaN", "1E+14"])
def test_a_price_is_a_possible_number_of_credits(service: Service, price: str) -> None:
    with pytest.raises(CreditsOutOfRange):
        publish_rate(service=service, credits_per_unit=Decimal(price))
    with pytest.raises(CreditsOutOfRange):
        add_service(slug="new", name="New", unit="run", credits_per_unit=Decimal(price))
    assert not Service.objects.filter(slug="new").exists()


def test_a_minimum_is_a_possible_number_of_credits(service: Service, wallet: Wallet) -> None:
    with pytest.raises(CreditsOutOfRange):
        publish_rate(
            service=service, credits_per_unit=Decimal(1), minimum_credits=Decimal("0.00001")
        )


def test_a_first_price_may_have_begun_before(db: None) -> None:
    since = clock.now() - timedelta(days=90)
    service = add_service(
        slug="runs", name="Runs", unit="run", credits_per_unit=Decimal(2), effective_at=since
    )
    assert service.rates.get().effective_at == since
