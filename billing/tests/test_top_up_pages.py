"""The pages where credits are bought."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from billing.models import TopUp
from billing.tests.stripe_account import StripeAccount
from creditsite.accounts.models import User
from creditsite.kernel.actor import Actor
from wallet.actions import pause_system
from wallet.models import Wallet

BUY = "/billing/top-up/"


@pytest.fixture
def browser(customer: User) -> Client:
    """Return the customer's browser."""
    browser = Client()
    browser.force_login(customer)
    return browser


@pytest.fixture
def strangers_browser(stranger: User) -> Client:
    """Return the stranger's browser."""
    browser = Client()
    browser.force_login(stranger)
    return browser


def page_of(top_up: TopUp, query: str = "") -> str:
    return reverse("billing:top_up_detail", args=[top_up.pk]) + query


def test_the_page_shows_limits_and_presets(browser: Client) -> None:
    context = browser.get(BUY).context
    assert (context["minimum"], context["maximum"]) == (10, 100_000)
    assert context["quote"] is None
    assert context["quote_error"] is None
    assert [preset.url for preset in context["presets"]][:2] == [
        f"{BUY}?credits=100", f"{BUY}?credits=500",
    ]  # fmt: skip


def test_an_amount_in_the_address_is_filled_in_and_quoted(browser: Client) -> None:
    answer = browser.get(BUY, {"credits": "500"})
    assert answer.context["form"]["credits"].value() == "500"
    assert answer.context["quote"].total_cents == 4500
    assert "$45.00" in answer.content.decode()


def test_while_the_system_is_paused_the_page_says_so_instead_of_a_form(
    browser: Client, stripe_account: StripeAccount
) -> None:
    pause_system(reason="The database moves", actor=Actor.system("test"))
    text = browser.get(BUY, {"credits": "500"}).content.decode()
    assert "The database moves" in text
    assert "Continue to payment" not in text
    assert browser.post(BUY, {"credits": "500"}).status_code == 503
    dialog = browser.post(BUY, {"credits": "500"}, headers={"HX-Request": "true"})
    assert "<dialog" in dialog.content.decode()
    assert not TopUp.objects.exists()


@pytest.mark.parametrize("credits", ["5", "abc", "NaN", "1e30", "-1", "10.00001", "\x00"])
def test_an_amount_that_is_not_for_sale_is_explained(browser: Client, credits: str) -> None:
    for path in (BUY, "/billing/quote/"):
        context = browser.get(path, {"credits": credits}).context
        assert context["quote"] is None
        assert context["quote_error"]


def test_the_quote_follows_the_typing(browser: Client) -> None:
    answer = browser.get("/billing/quote/", {"credits": "123"})
    assert next(template.name for template in answer.templates) == "billing/_quote.html"
    assert "$12.30" in answer.content.decode()


def test_buying_leads_on_to_checkout(browser: Client, stripe_account: StripeAccount) -> None:
    key = browser.get(BUY).context["form"]["idempotency_key"].value()
    answer = browser.post(BUY, {"credits": "500", "idempotency_key": key})
    top_up = TopUp.objects.get()
    assert answer.status_code == 303
    assert answer["Location"] == top_up.checkout_url
    session = stripe_account.session(top_up.stripe_session_id)
    assert session["success_url"].endswith(page_of(top_up, "?checkout=return"))
    assert session["cancel_url"].endswith(page_of(top_up, "?checkout=cancelled"))


def test_pressing_twice_buys_once(browser: Client, stripe_account: StripeAccount) -> None:
    form = {"credits": "500", "idempotency_key": "pressed"}
    assert browser.post(BUY, form)["Location"] == browser.post(BUY, form)["Location"]
    assert TopUp.objects.count() == 1


def test_a_key_whose_top_up_is_over_leads_to_that_top_up(
    browser: Client, stripe_account: StripeAccount
) -> None:
    form = {"credits": "500", "idempotency_key": "pressed"}
    browser.post(BUY, form)
    TopUp.objects.update(status="expired")
    assert browser.post(BUY, form)["Location"] == page_of(TopUp.objects.get())


BAD_FORMS: list[dict[str, Any]] = [
    {}, {"credits": ""}, {"credits": "5"}, {"credits": "NaN"}, {"credits": "1e30"},
    {"credits": "-500"}, {"credits": "0"}, {"credits": "10.00001"}, {"credits": "abc"},
    {"credits": "500", "idempotency_key": "k" * 256},
    {"credits": "500", "idempotency_key": "a b"},
]  # fmt: skip


@pytest.mark.parametrize("form", BAD_FORMS, ids=str)
def test_a_bad_form_is_shown_again_and_nothing_is_kept(
    browser: Client, form: dict[str, Any], stripe_account: StripeAccount
) -> None:
    answer = browser.post(BUY, form)
    assert answer.status_code == 400
    assert answer.context["form"].errors
    assert not TopUp.objects.exists()


def test_while_stripe_is_down_a_page_says_so(
    browser: Client, settings: Settings, stripe_account: StripeAccount
) -> None:
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    answer = browser.post(BUY, {"credits": "500"})
    assert answer.status_code == 503
    assert "safe to try again" in answer.content.decode()


def test_coming_back_from_checkout_grants_what_stripe_confirms(
    browser: Client, top_up: TopUp, stripe_account: StripeAccount
) -> None:
    stripe_account.pay(top_up.stripe_session_id)
    context = browser.get(page_of(top_up, "?checkout=return")).context
    assert (context["top_up"].status, context["poll"]) == ("paid", False)
    assert Wallet.objects.get(pk=top_up.wallet_id).balance == 500


def test_coming_back_grants_nothing_by_itself(browser: Client, top_up: TopUp) -> None:
    context = browser.get(page_of(top_up, "?checkout=return")).context
    assert (context["top_up"].status, context["poll"]) == ("pending", True)
    assert Wallet.objects.get(pk=top_up.wallet_id).balance == 0


def test_coming_back_while_stripe_is_down_waits_for_the_event(
    browser: Client, top_up: TopUp, settings: Settings
) -> None:
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    answer = browser.get(page_of(top_up, "?checkout=return"))
    assert answer.status_code == 200
    assert answer.context["poll"] is True


def test_a_cancelled_checkout_can_be_gone_on_with(browser: Client, top_up: TopUp) -> None:
    answer = browser.get(page_of(top_up, "?checkout=cancelled"))
    assert answer.context["poll"] is False
    assert top_up.checkout_url in answer.content.decode()


def test_the_waiting_page_hears_of_a_change_only(
    browser: Client, top_up: TopUp, stripe_account: StripeAccount
) -> None:
    path = reverse("billing:top_up_status", args=[top_up.pk])
    assert browser.get(path).status_code == 204
    stripe_account.expire(top_up.stripe_session_id)
    browser.get(page_of(top_up, "?checkout=return"))
    answer = browser.get(path)
    assert answer.status_code == 200
    assert answer.context["poll"] is False
    assert answer.context["top_up"].checkout_url is None


def test_a_stranger_finds_no_top_up(strangers_browser: Client, top_up: TopUp) -> None:
    assert strangers_browser.get(page_of(top_up)).status_code == 404
    status = reverse("billing:top_up_status", args=[top_up.pk])
    assert strangers_browser.get(status).status_code == 404


def test_what_is_no_top_up_is_not_found(browser: Client) -> None:
    assert browser.get(f"/billing/top-ups/{uuid4()}/").status_code == 404


@pytest.mark.parametrize("path", [BUY, "/billing/quote/", f"/billing/top-ups/{UUID(int=1)}/"])
def test_who_is_not_signed_in_is_led_to_log_in(db: None, path: str) -> None:
    answer = Client().get(path)
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))
