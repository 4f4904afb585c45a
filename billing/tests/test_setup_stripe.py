"""`manage.py setup_stripe`: repeatable, and says what to do where it can't go on."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from djstripe.models import APIKey, WebhookEndpoint
from pytest_django import Settings

from billing.actions import EndpointStep, price_waiting_versions, set_up_webhook_endpoint
from billing.actions.set_up import is_private
from billing.models import Package, PackageState
from billing.tests.stripe_account import StripeAccount
from billing.webhooks.handlers import EVENT_TYPES

SITE = "https://credits.example.com"

pytestmark = pytest.mark.django_db


def set_up(base_url: str = SITE) -> EndpointStep:
    return set_up_webhook_endpoint(base_url=base_url, events=EVENT_TYPES).step


def command(*arguments: str) -> str:
    told = StringIO()
    call_command("setup_stripe", *arguments, stdout=told)
    return told.getvalue()


def at_stripe(stripe_account: StripeAccount) -> list[dict[str, Any]]:
    return list(stripe_account.call("GET", "/v1/webhook_endpoints")["data"])


def test_the_endpoint_is_made_with_its_secret_kept(stripe_account: StripeAccount) -> None:
    told = command("--base-url", SITE)
    (made,) = at_stripe(stripe_account)
    row = WebhookEndpoint.objects.get()
    assert made["url"] == row.url == f"{SITE}/stripe/webhook/{row.djstripe_uuid}/"
    assert made["api_version"] == row.api_version == "2026-08-26.dahlia"
    assert sorted(made["enabled_events"]) == sorted(EVENT_TYPES)
    assert row.secret.startswith("whsec_")
    assert row.url in told


def test_repeating_it_changes_nothing(stripe_account: StripeAccount) -> None:
    assert set_up() is EndpointStep.MADE
    before = (at_stripe(stripe_account), WebhookEndpoint.objects.get().secret)
    assert set_up(f"{SITE}/") is EndpointStep.KEPT
    assert (at_stripe(stripe_account), WebhookEndpoint.objects.get().secret) == before


def test_an_endpoint_that_stripe_lost_is_made_anew_at_the_same_address(
    stripe_account: StripeAccount,
) -> None:
    set_up()
    before = WebhookEndpoint.objects.get()
    stripe_account.reset()
    assert set_up() is EndpointStep.MADE_ANEW
    after = WebhookEndpoint.objects.get()
    assert (after.url, after.djstripe_uuid) == (before.url, before.djstripe_uuid)
    assert after.secret and after.secret != before.secret
    assert len(at_stripe(stripe_account)) == 1


def test_a_new_address_replaces_the_old_one(stripe_account: StripeAccount) -> None:
    set_up()
    assert set_up("https://other.example.com") is EndpointStep.MADE_ANEW
    (made,) = at_stripe(stripe_account)
    assert made["url"] == WebhookEndpoint.objects.get().url
    assert str(made["url"]).startswith("https://other.example.com/")


def test_an_endpoint_whose_secret_is_unknown_is_made_anew(stripe_account: StripeAccount) -> None:
    set_up()
    WebhookEndpoint.objects.update(secret="")
    assert set_up() is EndpointStep.MADE_ANEW
    assert WebhookEndpoint.objects.get().secret
    assert len(at_stripe(stripe_account)) == 1


@pytest.mark.parametrize("change", [{"enabled_events[]": "charge.failed"}, {"disabled": "true"}])
def test_events_that_differ_are_put_right(
    stripe_account: StripeAccount, change: dict[str, str]
) -> None:
    set_up()
    row = WebhookEndpoint.objects.get()
    stripe_account.call("POST", f"/v1/webhook_endpoints/{row.id}", data=change)
    assert set_up() is EndpointStep.CHANGED
    (made,) = at_stripe(stripe_account)
    assert made["status"] == "enabled"
    assert len(made["enabled_events"]) == len(EVENT_TYPES)
    assert WebhookEndpoint.objects.get().secret == row.secret
    assert set_up() is EndpointStep.KEPT


def test_a_key_that_was_changed_is_forgotten(
    stripe_account: StripeAccount, settings: Settings
) -> None:
    set_up()
    assert APIKey.objects.get().secret == settings.STRIPE_SECRET_KEY
    settings.STRIPE_SECRET_KEY = "sk_test_rotated0key0of0the0account"
    assert set_up() is EndpointStep.MADE_ANEW
    assert {key.secret for key in APIKey.objects.all()} == {settings.STRIPE_SECRET_KEY}


def test_the_packages_of_a_new_site_go_on_sale(stripe_account: StripeAccount) -> None:
    told = command("--base-url", SITE)
    prices = stripe_account.call("GET", "/v1/prices")["data"]
    assert sorted(price["unit_amount"] for price in prices) == [1999, 4999, 9999]
    assert {package.state for package in Package.objects.all()} == {PackageState.ACTIVE}
    assert "Starter v1 has its price at Stripe and is on sale." in told
    assert "on sale" not in command("--base-url", SITE)


def test_stripe_itself_is_not_asked_for_an_address_it_cannot_reach(
    stripe_account: StripeAccount, settings: Settings
) -> None:
    price_waiting_versions()
    settings.STRIPE_API_BASE = ""
    settings.SUBSCRIPTION_WEBHOOK_SECRET = ""
    told = command("--base-url", "http://localhost:8000")
    row = WebhookEndpoint.objects.get()
    assert f"stripe listen --forward-to {row.url}" in told
    assert "SUBSCRIPTION_WEBHOOK_SECRET" in told
    settings.SUBSCRIPTION_WEBHOOK_SECRET = "whsec_given"
    assert "refused" not in command("--base-url", "http://localhost:8000")
    assert WebhookEndpoint.objects.get().djstripe_uuid == row.djstripe_uuid


def test_a_local_row_makes_room_for_a_real_endpoint(
    stripe_account: StripeAccount, settings: Settings
) -> None:
    settings.STRIPE_API_BASE = ""
    assert set_up("http://127.0.0.1:8000") is EndpointStep.LOCAL
    uuid = WebhookEndpoint.objects.get().djstripe_uuid
    settings.STRIPE_API_BASE = stripe_account.url
    assert set_up() is EndpointStep.MADE_ANEW
    assert WebhookEndpoint.objects.get().djstripe_uuid == uuid


def test_a_stripe_that_is_down_is_named(settings: Settings) -> None:
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    with pytest.raises(CommandError, match=r"http://127\.0\.0\.1:9 can't be reached"):
        command("--base-url", SITE)


def test_a_key_that_stripe_refuses_is_named(
    stripe_account: StripeAccount, settings: Settings
) -> None:
    settings.STRIPE_SECRET_KEY = "sk_live_0123456789abcdefghijklmnop"
    with pytest.raises(CommandError, match="STRIPE_TEST_SECRET_KEY"):
        command("--base-url", SITE)


@pytest.mark.parametrize("address", ["", "credits.example.com", "ftp://example.com", "https://"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(CommandError, match="is no address"):
        command("--base-url", address)


@pytest.mark.parametrize(
    ("url", "private"),
    [
        ("http://localhost:8000", True),
        ("http://shop.localhost", True),
        ("http://127.0.0.1", True),
        ("http://192.168.1.4:8000", True),
        ("http://[::1]:8000", True),
        ("http://intranet", True),
        ("https://credits.example.com", False),
        ("https://93.184.216.34", False),
    ],
)
def test_an_address_is_private_by_its_text(url: str, private: bool) -> None:
    assert is_private(url) is private
