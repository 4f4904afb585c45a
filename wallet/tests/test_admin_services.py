"""The operators' steps for services and for the system's switch."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from creditsite.accounts.models import User
from creditsite.kernel import clock
from wallet.models import Service, ServiceRate, ServiceStatus, SystemPause
from wallet.tests.operators import Operator, step

WHY = {"reason": "Costs rose"}


@pytest.fixture
def admin(client: Client, operator: User) -> Operator:
    client.force_login(operator)
    return Operator(client)


def test_a_price_is_previewed_and_published_from_now_on(admin: Operator, service: Service) -> None:
    path = step(service, "new_price")
    form = admin.client.get(path).context["form"]
    assert form["unit"].value() == "run"
    asked = {"credits_per_unit": "2.5", "unit": "run", "minimum_credits": "5"} | WHY
    preview = admin.preview(path, **asked)
    assert preview.summary == (
        "Runs, from now on: one run costs 2.5000 credits, a spend at least 5.0000."
    )
    assert service.rates.count() == 1
    admin.do(path, **asked)
    rate = service.rates.first()
    assert rate is not None
    assert [rate.credits_per_unit, rate.minimum_credits] == [Decimal("2.5"), 5]
    assert abs(rate.effective_at - clock.now()) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"effective_at": "2020-01-01T00:00"}, "still to come"),
        ({"credits_per_unit": "0"}, "greater than or equal to 0.0001"),
        ({"credits_per_unit": "99999999999999.1"}, ""),
        ({"credits_per_unit": "-1"}, "greater"),
        ({"credits_per_unit": "1"}, "costs that from"),
        ({"minimum_credits": "-1"}, "greater"),
        ({"unit": ""}, "required"),
        ({"reason": ""}, "required"),
        ({"reason": "\u200b"}, "required"),
        ({"unit": "x" * 31}, "at most 30"),
        ({"effective_at": "soon"}, "valid date"),
    ],
)
def test_a_bad_price_is_refused_in_words(
    admin: Operator, service: Service, asked: dict[str, str], said: str
) -> None:
    usual = {"credits_per_unit": "2", "unit": "run", "minimum_credits": "0"} | WHY
    if not said:
        assert admin.do(step(service, "new_price"), **(usual | asked)).status_code == 302
        return
    errors = admin.errors(step(service, "new_price"), **(usual | asked))
    assert said in errors
    assert "constraint" not in errors.lower()
    assert service.rates.count() == 1


def test_a_moment_with_any_offset_is_kept_as_utc(admin: Operator, service: Service) -> None:
    asked = {"credits_per_unit": "2", "unit": "run", "effective_at": "2999-01-02T00:00+23:59"}
    admin.do(step(service, "new_price"), **asked, **WHY)
    rate = service.rates.first()
    assert rate is not None
    assert rate.effective_at == datetime(2999, 1, 1, 0, 1, tzinfo=UTC)


def test_two_prices_never_begin_at_the_same_moment(admin: Operator, service: Service) -> None:
    asked = {"unit": "run", "effective_at": "2999-01-01T00:00"} | WHY
    admin.do(step(service, "new_price"), credits_per_unit="2", **asked)
    errors = admin.errors(step(service, "new_price"), credits_per_unit="3", **asked)
    assert "Another price begins then" in errors
    assert service.rates.count() == 2


def test_a_service_is_added_with_its_price(admin: Operator, db: None) -> None:
    path = reverse("admin:wallet_service_add")
    asked = {"name": "Video rendering", "unit": "minute", "credits_per_unit": "3"}
    assert "one minute costs 3.0000" in admin.preview(path, **asked).summary
    assert not Service.objects.exists()
    done = admin.do(path, **asked)
    added = Service.objects.get()
    assert (added.slug, added.status) == ("video-rendering", ServiceStatus.ACTIVE)
    assert done["Location"] == reverse("admin:wallet_service_change", args=[added.pk])
    assert "Another service" in admin.errors(path, **asked)
    assert "slug" in admin.errors(path, **{**asked, "name": "視頻"})
    capitals = admin.errors(path, **asked, slug="VIDEO-Rendering")
    assert "Write video-rendering instead" in capitals and "Another service" not in capitals
    assert ServiceRate.objects.count() == 1


def test_a_service_is_paused_resumed_and_described(admin: Operator, service: Service) -> None:
    admin.errors(step(service, "pause"), reason="")
    admin.do(step(service, "pause"), reason="provider is down")
    service.refresh_from_db()
    assert service.status == ServiceStatus.PAUSED
    assert "already" in admin.errors(step(service, "pause"), reason="again")
    admin.do(step(service, "resume"), reason="it is back")
    admin.do(step(service, "describe"), name="Runs of flows", description="From end to end.")
    service.refresh_from_db()
    assert (service.name, service.slug) == ("Runs of flows", "runs")
    assert service.status == ServiceStatus.ACTIVE
    assert "provider is down" in LogEntry.objects.order_by("id")[0].change_message


def test_the_system_is_paused_and_resumed(admin: Operator, db: None) -> None:
    pause, resume = (reverse(f"admin:wallet_systempause_{name}") for name in ("pause", "resume"))
    here = reverse("admin:wallet_systempause_changelist")
    assert "not paused" in admin.errors(resume)
    admin.errors(pause, reason=" ")
    assert admin.do(pause, reason="Database moves")["Location"] == here
    assert "paused already" in admin.errors(pause, reason="again")
    links = admin.client.get(here).context["step_links"]
    assert [link.label for link in links] == ["Resume the system"]
    admin.do(resume)
    assert SystemPause.current() is None
    assert SystemPause.objects.get().resumed_by.startswith("user:")
