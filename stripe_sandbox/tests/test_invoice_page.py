"""The hosted invoice page, as a browser without JavaScript uses it, and with the keyboard."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from stripe_sandbox.tests.portal import text_at
from stripe_sandbox.tests.shop import Json, Shop
from stripe_sandbox.tests.subscriber import DAY, START, Subscriber

DECLINES, ASKS_BANK = "4000000000000002", "4000000000003220"


@pytest.fixture
def buyer(shop: Shop) -> Subscriber:
    return Subscriber(shop, card="pm_card_chargeCustomerFail")


def opened(buyer: Subscriber, **terms: Any) -> Json:
    """Return an open invoice over 25 dollars."""
    api = buyer.shop.stripe
    wishes: Any = {"customer": buyer.customer, **terms}
    invoice = api.invoices.create(wishes).id
    item: Any = {"customer": buyer.customer, "invoice": invoice, "amount": 2500}
    api.invoice_items.create(item | {"currency": "usd", "description": "500 credits"})
    return api.invoices.finalize_invoice(invoice).to_dict()


def overdue(buyer: Subscriber) -> tuple[Any, Json]:
    """Return a subscription that is past due, and the invoice that waits."""
    buyer.keep("pm_card_visa")
    subscription = buyer.subscribe()
    buyer.keep("pm_card_chargeCustomerFail")
    buyer.advance(START + 32 * DAY)
    assert buyer.now_of(subscription)["status"] == "past_due"
    return subscription, buyer.invoices()[-1]


def page_of(buyer: Subscriber, invoice: Json) -> httpx.Response:
    return buyer.shop.http.get(invoice["hosted_invoice_url"])


def send(buyer: Subscriber, invoice: Json, **form: str) -> httpx.Response:
    return buyer.shop.http.post(invoice["hosted_invoice_url"], data=form)


def now_of(buyer: Subscriber, invoice: Json) -> Json:
    return buyer.shop.stripe.invoices.retrieve(invoice["id"]).to_dict()


def charges_of(buyer: Subscriber) -> list[int]:
    found = buyer.shop.stripe.charges.list({"customer": buyer.customer}).data
    return [charge.amount for charge in found if charge.paid]


def test_an_open_invoice_is_shown_whole(buyer: Subscriber) -> None:
    coupon = buyer.shop.stripe.coupons.create({"percent_off": 20, "name": "Friends"}).id
    invoice = opened(buyer, discounts=[{"coupon": coupon}], footer="VAT 7", description="Hi")
    page = page_of(buyer, invoice)
    assert page.status_code == 200 and text_at(page.text, "status") == "Open"
    for text in (
        f"Invoice {invoice['number']}",
        "1 January 2026",
        "A Buyer, buyer@shop.example",
        "500 credits",
        "25.00 USD",
        "Discount: Friends (20% off)",
        "-5.00 USD",
        "VAT 7",
        "Hi",
        "Pay 20.00 USD",
    ):
        assert text in page.text
    assert text_at(page.text, "total") == "20.00 USD"


def test_paying_makes_an_overdue_subscription_active(buyer: Subscriber) -> None:
    """The card that paid stays with the customer, who may be charged by it again."""
    subscription, invoice = overdue(buyer)
    before = len(buyer.shop.event_types())
    answer = send(buyer, invoice, test_card="4242424242424242")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/i/{invoice['id']}")
    assert buyer.told_since(before) == [
        "charge.succeeded",
        "payment_method.attached",
        "payment_intent.succeeded",
        "invoice.paid",
        "invoice.payment_succeeded",
        "customer.subscription.updated",
    ]
    assert buyer.now_of(subscription)["status"] == "active"
    page = page_of(buyer, invoice).text
    assert text_at(page, "status") == "Paid" and "Visa ending in 4242" in page
    assert "<form" not in page
    [*_, method] = buyer.shop.stripe.customers.payment_methods.list(buyer.customer).data[::-1]
    assert method.card and method.card.last4 == "4242"


def test_a_declined_card_is_said_and_another_can_be_tried(buyer: Subscriber) -> None:
    _, invoice = overdue(buyer)
    tries = now_of(buyer, invoice)["attempt_count"]
    before = len(buyer.shop.event_types())
    declined = send(buyer, invoice, test_card=DECLINES)
    assert declined.status_code == 402
    assert "Your card was declined. You have not been charged." in declined.text
    assert f'value="{DECLINES}" checked' in declined.text
    assert buyer.told_since(before) == [
        "charge.failed",
        "payment_intent.payment_failed",
        "invoice.payment_failed",
    ]
    after = now_of(buyer, invoice)
    assert (after["status"], after["attempt_count"]) == ("open", tries)
    assert after["next_payment_attempt"] == invoice["next_payment_attempt"]
    assert send(buyer, invoice, test_card="5555555555554444").status_code == 303
    assert now_of(buyer, invoice)["status"] == "paid"


def test_a_number_that_is_no_cards_is_said_beside_its_field(buyer: Subscriber) -> None:
    invoice = opened(buyer)
    before = len(buyer.shop.event_types())
    refused = send(buyer, invoice, card_number="1234", test_card="4242424242424242")
    assert refused.status_code == 400
    assert 'value="1234" aria-invalid="true"' in refused.text
    assert "not a valid card number" in text_at(refused.text, "number-error")
    assert (buyer.told_since(before), now_of(buyer, invoice)["attempt_count"]) == ([], 0)


def test_the_bank_is_asked_and_the_way_leads_back(buyer: Subscriber) -> None:
    """Waiting for 3-D Secure is no failure yet, so nothing tells of one."""
    subscription, invoice = overdue(buyer)
    before = len(buyer.shop.event_types())
    bank = send(buyer, invoice, test_card=ASKS_BANK).headers["location"]
    assert buyer.told_since(before) == ["payment_intent.requires_action"]
    assert f'href="/i/{invoice["id"]}"' in buyer.shop.http.get(bank).text
    assert f'href="{bank}"' in page_of(buyer, invoice).text
    back = buyer.shop.http.post(bank, data={"result": "complete"}).headers["location"]
    assert back.startswith(invoice["hosted_invoice_url"])
    assert text_at(buyer.shop.http.get(back).text, "status") == "Paid"
    assert buyer.now_of(subscription)["status"] == "active"


def test_a_bank_that_refuses_is_told_on_the_way_back_only(buyer: Subscriber) -> None:
    invoice = opened(buyer)
    bank = send(buyer, invoice, test_card=ASKS_BANK).headers["location"]
    back = buyer.shop.http.post(bank, data={"result": "fail"}).headers["location"]
    assert "failed authentication" in buyer.shop.http.get(back).text
    assert "failed authentication" not in page_of(buyer, invoice).text
    assert (now_of(buyer, invoice)["status"], charges_of(buyer)) == ("open", [])


def test_two_posts_at_once_pay_once(buyer: Subscriber) -> None:
    invoice = opened(buyer)
    with ThreadPoolExecutor(4) as pool:
        posts = [pool.submit(send, buyer, invoice, test_card="4242424242424242") for _ in range(4)]
    statuses = sorted(post.result().status_code for post in posts)
    assert statuses == [303, 409, 409, 409]
    assert charges_of(buyer) == [2500]
    late = send(buyer, invoice, test_card="4242424242424242").text
    assert "cannot be paid any more. Nothing was charged by this." in late


def test_what_was_given_up(buyer: Subscriber) -> None:
    """A void invoice is owed by nobody; an uncollectible one can still be paid."""
    void, lost = opened(buyer), opened(buyer)
    buyer.shop.stripe.invoices.void_invoice(void["id"])
    buyer.shop.stripe.invoices.mark_uncollectible(lost["id"])
    page = page_of(buyer, void).text
    assert text_at(page, "status") == "Void" and "<form" not in page
    assert send(buyer, void, test_card="4242424242424242").status_code == 409
    assert text_at(page_of(buyer, lost).text, "status") == "Uncollectible"
    assert send(buyer, lost, test_card="4242424242424242").status_code == 303
    assert charges_of(buyer) == [2500]


def test_an_invoice_is_past_due_by_its_customers_clock(buyer: Subscriber) -> None:
    invoice = opened(buyer, collection_method="send_invoice", days_until_due=5)
    page = page_of(buyer, invoice).text
    assert text_at(page, "status") == "Open" and "6 January 2026" in page
    buyer.advance(START + 6 * DAY)
    assert text_at(page_of(buyer, invoice).text, "status") == "Past due"


def test_money_from_elsewhere_and_from_the_balance_is_told(buyer: Subscriber) -> None:
    api = buyer.shop.stripe
    elsewhere = opened(buyer)
    api.invoices.pay(elsewhere["id"], {"paid_out_of_band": True})
    assert "outside of Stripe" in page_of(buyer, elsewhere).text
    api.customers.update(buyer.customer, {"balance": -1000})
    page = page_of(buyer, opened(buyer)).text
    assert "Your balance" in page and "-10.00 USD" in page and "Pay 15.00 USD" in page


@pytest.mark.parametrize("path", ["in_none", "cus_none", "in_none/pdf"])
def test_an_unknown_invoice_is_said_to_be_so(shop: Shop, path: str) -> None:
    page = shop.http.get(f"/i/{path}")
    assert page.status_code == 404 and "There is no such invoice" in page.text


def test_a_draft_has_no_page(buyer: Subscriber) -> None:
    draft = buyer.shop.stripe.invoices.create({"customer": buyer.customer})
    assert draft.hosted_invoice_url is None
    for method, path in (("GET", ""), ("POST", ""), ("GET", "/pdf")):
        assert buyer.shop.http.request(method, f"/i/{draft.id}{path}").status_code == 404


def test_the_keyboard_alone_pays(page: Page, buyer: Subscriber) -> None:
    invoice = opened(buyer)
    page.goto(invoice["hosted_invoice_url"])
    page.get_by_label("Or a card number").focus()
    page.keyboard.type("4000 0000 0000 3220")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="3-D Secure")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#status")).to_have_text("Paid")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert charges_of(buyer) == [2500]
