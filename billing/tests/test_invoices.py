"""What customers were billed: kept in the newest state known, whatever order events come in."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from billing.actions import change_plan, start_top_up
from billing.models import Invoice, InvoiceStatus
from billing.tests.packages import make_package
from billing.tests.stripe_account import StripeAccount
from billing.tests.subscribers import Subscriber
from creditsite.accounts.models import User

pytestmark = pytest.mark.django_db(transaction=True)
BROKE = "pm_card_chargeCustomerFail"


def kept(subscriber: Subscriber) -> list[tuple[str, str, int]]:
    found = Invoice.objects.filter(wallet=subscriber.wallet).order_by("issued_at", "pk")
    return [(invoice.label, invoice.status, invoice.total_cents) for invoice in found]


def test_each_payment_has_its_invoice(subscriber: Subscriber) -> None:
    make_package("works", price_cents=7999, credits=Decimal(1000))
    top_up = start_top_up(
        wallet=subscriber.wallet, credits=Decimal(100), actor=subscriber.customer.actor
    ).top_up
    subscriber.account.pay(top_up.stripe_session_id)
    subscriber.begin()
    subscriber.wait(10)
    change_plan(subscription=subscriber.subscription, package="works")
    subscriber.wait(25)
    subscriber.hear()
    told = kept(subscriber)
    assert [label for label, _, _ in told] == ["100 credits", "Team", "Change to Works", "Works"]
    assert {status for _, status, _ in told} == {"paid"}
    assert [cents for label, _, cents in told if label != "Change to Works"] == [950, 2999, 7999]
    bought = Invoice.objects.get(top_up=top_up)
    assert bought.subscription is None and bought.paid_at
    assert bought.page_url.startswith(subscriber.account.url) and bought.pdf_url
    assert Invoice.objects.filter(subscription=subscriber.subscription).count() == 3


def backwards(events: list[Any]) -> Iterable[Any]:
    return events[::-1]


def shuffled(events: list[Any]) -> Iterable[Any]:
    return random.Random(5).sample(events, len(events))


@pytest.mark.parametrize("order", [list, backwards, shuffled])
def test_the_order_of_events_does_not_matter(
    subscriber: Subscriber, order: Callable[[list[Any]], Iterable[Any]]
) -> None:
    subscriber.begin()
    subscriber.keep_card(BROKE)
    subscriber.wait(32)
    subscriber.keep_card("pm_card_visa")
    subscriber.wait(10)
    subscriber.hear(order)
    assert kept(subscriber) == [("Team", "paid", 2999), ("Team", "paid", 2999)]
    late = Invoice.objects.latest("issued_at")
    assert late.attempts > 1 and late.paid_at and late.next_attempt_at is None


def test_an_invoice_that_could_not_be_charged_says_when_it_is_tried_again(
    subscriber: Subscriber,
) -> None:
    subscriber.begin()
    subscriber.keep_card(BROKE)
    subscriber.wait(32)
    subscriber.hear()
    invoice = Invoice.objects.get(status=InvoiceStatus.OPEN)
    assert invoice.attempts >= 1 and invoice.next_attempt_at


def test_invoices_of_nobody_here_are_left_alone(subscriber: Subscriber) -> None:
    account = subscriber.account
    stranger = account.call("POST", "/v1/customers", data={"email": "other@example.com"})
    account.call(
        "POST",
        "/v1/invoiceitems",
        data={"customer": stranger["id"], "amount": 500, "currency": "usd"},
    )
    made = account.call("POST", "/v1/invoices", data={"customer": stranger["id"]})
    account.call("POST", f"/v1/invoices/{made['id']}/finalize")
    subscriber.hear()
    assert not Invoice.objects.exists()


def test_one_that_the_dashboard_made_for_a_customer_is_theirs(subscriber: Subscriber) -> None:
    subscriber.begin()
    account = subscriber.account
    customer = account.call("GET", f"/v1/subscriptions/{subscriber.subscription.stripe_id}")[
        "customer"
    ]
    item = {"customer": customer, "amount": 500, "currency": "usd"}
    account.call("POST", "/v1/invoiceitems", data=item)
    made = account.call(
        "POST",
        "/v1/invoices",
        data={"customer": customer, "pending_invoice_items_behavior": "include"},
    )
    account.call("POST", f"/v1/invoices/{made['id']}/finalize")
    account.call("POST", f"/v1/invoices/{made['id']}/void")
    subscriber.hear()
    assert kept(subscriber)[-1] == ("Subscription", "void", 500)


@pytest.fixture
def browser(subscriber: Subscriber) -> Client:
    client = Client()
    client.force_login(subscriber.customer)
    return client


def test_the_page_lists_ones_own(subscriber: Subscriber, browser: Client, stranger: User) -> None:
    empty = browser.get(reverse("billing:invoices")).content.decode()
    assert "No invoices yet" in empty
    subscriber.begin()
    page = browser.get(reverse("billing:invoices")).content.decode()
    assert "$29.99" in page and Invoice.objects.get().number in page
    other = Client()
    other.force_login(stranger)
    assert "$29.99" not in other.get(reverse("billing:invoices")).content.decode()


def test_the_page_goes_on_to_older_ones(subscriber: Subscriber, browser: Client) -> None:
    subscriber.begin()
    first = Invoice.objects.get()
    for number in range(30):
        first.pk, first.stripe_id, first.number = None, f"in_{number}", f"NUMBER-{number}"
        first.save(force_insert=True)
    page = browser.get(reverse("billing:invoices"))
    assert len(page.context["invoices"]) == 25 and page.context["newer_url"] is None
    older = browser.get(page.context["older_url"])
    assert len(older.context["invoices"]) == 6 and older.context["older_url"] is None
    newer = browser.get(older.context["newer_url"])
    assert newer.context["invoices"] == page.context["invoices"]


def test_an_overdue_payment_shows_on_every_page(subscriber: Subscriber, browser: Client) -> None:
    subscriber.begin()
    told = "The payment for Team did not go through"
    assert told not in browser.get("/wallet/").content.decode()
    subscriber.keep_card(BROKE)
    subscriber.wait(32)
    subscriber.hear()
    for view in ("wallet:overview", "wallet:usage", "billing:plans", "billing:invoices"):
        page = browser.get(reverse(view)).content.decode()
        assert told in page and subscriber.subscription.pay_url in page
    subscriber.keep_card("pm_card_visa")
    open_invoice = Invoice.objects.get(status="open").stripe_id
    subscriber.account.call("POST", f"/v1/invoices/{open_invoice}/pay")
    subscriber.hear()
    assert told not in browser.get("/wallet/").content.decode()


def test_the_portal_is_configured_once_and_opened(
    browser: Client, stripe_account: StripeAccount
) -> None:
    answers = [browser.post(reverse("billing:portal")) for _ in range(2)]
    assert all(answer.status_code == 303 for answer in answers)
    assert answers[0]["Location"].startswith(stripe_account.url)
    configurations = stripe_account.call("GET", "/v1/billing_portal/configurations")["data"]
    (made,) = [each for each in configurations if not each["is_default"]]
    assert made["features"]["subscription_cancel"]["mode"] == "at_period_end"
    assert not made["features"]["subscription_update"]["enabled"]


def test_a_portal_that_stripe_has_lost_is_made_anew(
    browser: Client, stripe_account: StripeAccount
) -> None:
    browser.post(reverse("billing:portal"))
    stripe_account.reset()
    assert browser.post(reverse("billing:portal")).status_code == 303
    assert browser.post(reverse("billing:portal")).status_code == 303


def test_while_stripe_is_down_the_portal_says_so(
    browser: Client, stripe_account: StripeAccount
) -> None:
    stripe_account.switch(api_failure={"status": 503, "times": 2})
    answer = browser.post(reverse("billing:portal"))
    assert answer.status_code == 503
    assert "It is safe to try again" in answer.content.decode()
