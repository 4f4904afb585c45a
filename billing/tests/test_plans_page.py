"""The page where plans are compared and begun."""

from __future__ import annotations

import pytest
from django.test import Client

from billing.actions import change_plan, offer_package
from billing.models import PackageVisibility, Subscription
from billing.tests.packages import make_package
from billing.tests.stripe_account import StripeAccount
from billing.tests.subscribers import Subscriber
from creditsite.accounts.models import User
from creditsite.kernel.actor import Actor
from wallet.actions import pause_system

pytestmark = pytest.mark.django_db(transaction=True)
PLANS = "/billing/plans/"


@pytest.fixture
def browser(client: Client, customer: User) -> Client:
    client.force_login(customer)
    return client


def text(browser: Client) -> str:
    return browser.get(PLANS).content.decode()


def test_the_plans_on_sale_are_compared(browser: Client, subscriber: Subscriber) -> None:
    make_package("crew", price_cents=9900, credits=1100)
    shown = text(browser)
    for words in ("Team", "$29.99", "350 credits", "$0.0857 each", "Crew", "Choose Crew"):
        assert words in shown
    assert "Unspent credits expire with their period" in shown
    assert "Starter" not in shown


def test_a_plan_private_to_others_is_not_there(
    browser: Client, subscriber: Subscriber, stranger: User
) -> None:
    special = make_package("special")
    private = PackageVisibility.PRIVATE
    offer_package(package=special, visibility=private, customers=[stranger])
    assert "Special" not in text(browser)
    refused = browser.post(PLANS, {"package": "special"})
    assert refused.status_code == 404 and "See the plans" in refused.content.decode()


def test_choosing_leads_on_to_the_checkout(browser: Client, subscriber: Subscriber) -> None:
    answer = browser.post(PLANS, {"package": "team"})
    assert (answer.status_code, answer["Location"]) == (
        303,
        Subscription.objects.get().checkout_url,
    )
    shown = text(browser)
    assert "Go on to the payment page" in shown and "Choose Team" in shown


def test_the_own_plan_is_marked_and_no_second_can_be_begun(
    browser: Client, subscriber: Subscriber
) -> None:
    subscriber.begin()
    shown = text(browser)
    assert "Your plan: Team" in shown and "Next payment" in shown
    assert "Choose Team" not in shown
    dialog = browser.post(PLANS, {"package": "team"}, headers={"HX-Request": "true"})
    assert "You have a subscription already" in dialog.content.decode()
    assert Subscription.objects.count() == 1


def test_without_a_plan_on_sale_the_page_says_what_else_there_is(
    browser: Client, stripe_account: StripeAccount
) -> None:
    assert "No plan is on sale just now" in text(browser)


def test_while_the_system_is_paused_nothing_is_begun(
    browser: Client, subscriber: Subscriber
) -> None:
    pause_system(reason="The database moves", actor=Actor.system("test"))
    assert "Choose Team" not in text(browser)
    assert browser.post(PLANS, {"package": "team"}).status_code == 503
    assert not Subscription.objects.exists()


def test_a_form_without_a_package_changes_nothing(browser: Client, subscriber: Subscriber) -> None:
    assert browser.post(PLANS, {"package": "no slug!"}).status_code == 400


def test_a_visitor_is_asked_to_log_in(client: Client, db: None) -> None:
    answer = client.get(PLANS)
    assert answer.status_code == 302 and "login" in answer["Location"]


def test_a_change_shows_money_and_credits_before_the_click(
    browser: Client, subscriber: Subscriber
) -> None:
    make_package("works", price_cents=7999, credits=1000)
    subscriber.begin()
    assert "Change to Works" in text(browser)
    address = f"{PLANS}change/?package=works"
    page = browser.get(address)
    shown = page.content.decode()
    for words in ("Change to Works now?", "Charged now", "Credits added now", "and change"):
        assert words in shown
    dialog = browser.get(address, headers={"HX-Request": "true"}).content.decode()
    assert dialog.lstrip().startswith("<dialog") and "Charged now" in dialog
    sent = dict(page.context["question"].fields)
    assert browser.post(f"{PLANS}change/", sent).status_code == 303
    assert "Your plan: Works" in text(browser)


def test_a_smaller_plan_is_announced_and_can_be_taken_back(
    browser: Client, subscriber: Subscriber
) -> None:
    make_package("solo", price_cents=999, credits=100)
    subscriber.begin()
    browser.post(f"{PLANS}change/", {"package": "solo"})
    shown = text(browser)
    assert "Solo, $9.99 a month for 100 credits" in shown and "Keep Team" in shown
    assert "is taken back" in browser.get(f"{PLANS}change/?package=team").content.decode()
    browser.post(f"{PLANS}change/", {"package": "team"})
    assert "Keep Team" not in text(browser)


def test_a_plan_is_cancelled_and_resumed(browser: Client, subscriber: Subscriber) -> None:
    subscriber.begin()
    asked = browser.get(f"{PLANS}cancel/").content.decode()
    assert "Cancel Team?" in asked and "Its credits can be used until" in asked
    assert Subscription.objects.get().cancels_at is None
    browser.post(f"{PLANS}cancel/")
    shown = text(browser)
    assert "Ends" in shown and "Resume" in shown and "Cancel plan" not in shown
    assert "Resume Team?" in browser.get(f"{PLANS}resume/").content.decode()
    browser.post(f"{PLANS}resume/")
    assert "Cancel plan" in text(browser)


def test_without_a_plan_there_is_nothing_to_change(browser: Client, subscriber: Subscriber) -> None:
    for step in ("change/?package=team", "cancel/", "resume/"):
        refused = browser.get(f"{PLANS}{step}")
        assert refused.status_code == 409 and "See the plans" in refused.content.decode()


def test_an_overdue_payment_is_shown_with_where_to_pay(
    browser: Client, subscriber: Subscriber
) -> None:
    make_package("works", price_cents=7999, credits=1000)
    subscriber.begin()
    subscriber.keep_card("pm_card_chargeCustomerFail")
    subscriber.wait(32)
    subscriber.hear()
    shown = text(browser)
    assert "A payment is overdue" in shown and Subscription.objects.get().pay_url in shown
    assert "Change to Works" not in shown


def test_coming_back_does_not_wait_for_the_events(browser: Client, subscriber: Subscriber) -> None:
    subscriber.start()
    back = browser.get(f"{PLANS}?checkout=return").content.decode()
    assert "waiting for the payment" in back
    assert browser.get(f"{PLANS}status/").status_code == 204
    subscriber.pay()
    assert "Next payment" in browser.get(f"{PLANS}?checkout=return").content.decode()
    assert subscriber.wallet.balance == 350
    assert browser.get(f"{PLANS}status/").status_code == 303
    subscriber.hear()
    assert subscriber.wallet.balance == 350


def test_a_plan_that_is_to_come_is_marked_and_not_offered_again(on_team: Subscriber) -> None:
    change_plan(subscription=on_team.subscription, package="solo")
    client = Client()
    client.force_login(on_team.customer)
    page = client.get("/billing/plans/").content.decode()
    assert "To come" in page
    assert "Change to Solo" not in page and "Change to Works" in page
