"""The portal's overview, its details, and what a configuration hides."""

import re

import pytest
from playwright.sync_api import Page, expect

from stripe_sandbox.tests.portal import RETURN_URL, Portal, configure
from stripe_sandbox.tests.shop import Shop
from stripe_sandbox.tests.subscriber import Subscriber

OFF = {"enabled": False}


@pytest.fixture
def buyer(shop: Shop) -> Subscriber:
    return Subscriber(shop)


def test_the_overview_shows_what_the_customer_has(buyer: Subscriber) -> None:
    buyer.subscribe()
    page = Portal(buyer, configure(buyer)).get().text
    for text in (
        "Sandbox.",
        "Starter",
        "19.99 USD a month",
        "Renews on 1 February 2026",
        "Visa •••• 4242",
        "Default",
        "A Buyer",
    ):
        assert text in page
    [invoice] = buyer.invoices()
    assert f'href="/i/{invoice["id"]}"' in page and invoice["number"] in page
    assert f'href="{RETURN_URL}"' in page


def test_the_pages_bring_nothing_from_elsewhere(buyer: Subscriber) -> None:
    subscription, portal = buyer.subscribe(), Portal(buyer, configure(buyer))
    way = f"/subscriptions/{subscription.id}"
    for step in ("", "/card", "/details", f"{way}/plan", f"{way}/cancel"):
        page = portal.get(step)
        assert page.status_code == 200
        assert not re.search(r"<(script|img|link|iframe)\b", page.text)
        for field in re.findall(r'<(?:input|textarea)[^>]* id="([^"]+)"', page.text):
            assert f'<label for="{field}">' in page.text


def test_what_is_off_is_neither_shown_nor_accepted(buyer: Subscriber) -> None:
    subscription = buyer.subscribe()
    features = ("customer_update", "invoice_history", "payment_method_update")
    chosen = configure(
        buyer,
        subscription_cancel=OFF,
        subscription_update=OFF,
        **dict.fromkeys(features, OFF),
    )
    portal = Portal(buyer, chosen)
    page = portal.get().text
    for hidden in ("Invoices", "Cards", "Your details", "Change plan", "Cancel subscription"):
        assert hidden not in page
    before, was = len(buyer.shop.event_types()), buyer.now_of(subscription)
    way = f"/subscriptions/{subscription.id}"
    for step in ("/card", "/details", f"{way}/cancel", f"{way}/resume", f"{way}/plan/confirm"):
        answer = portal.post(step, test_card="4242424242424242", name="Other")
        assert answer.status_code == 403 and "does not offer this" in answer.text
    assert (buyer.told_since(before), buyer.now_of(subscription)) == ([], was)


def test_a_strangers_things_are_out_of_reach(buyer: Subscriber) -> None:
    stranger = Subscriber(buyer.shop)
    theirs, card = stranger.subscribe(), stranger.keep("pm_card_mastercard")
    portal = Portal(buyer, configure(buyer))
    assert theirs.id not in portal.get().text
    for step in (
        f"/subscriptions/{theirs.id}/cancel",
        f"/subscriptions/{theirs.id}/plan/confirm",
        f"/cards/{card}/remove",
        f"/cards/{card}/default",
    ):
        assert portal.post(step).status_code == 404
    assert stranger.now_of(theirs)["cancel_at"] is None


def test_details_are_changed_as_far_as_the_configuration_lets_them(buyer: Subscriber) -> None:
    portal = Portal(buyer, configure(buyer))
    assert 'name="phone"' not in portal.get("/details").text
    wrong = portal.post("/details", email="nobody", name="Ann")
    assert wrong.status_code == 400 and "Invalid email address" in wrong.text
    saved = portal.post("/details", name="Ann", email="ann@shop.example", phone="1", city="Graz")
    assert saved.headers["location"] == f"{portal.path}?told=saved"
    customer = buyer.shop.stripe.customers.retrieve(buyer.customer).to_dict()
    assert (customer["name"], customer["email"]) == ("Ann", "ann@shop.example")
    assert (customer["phone"], customer["address"]["city"]) == (None, "Graz")
    assert buyer.told_since(0)[-1] == "customer.updated"


def test_a_flow_may_be_about_the_details(buyer: Subscriber) -> None:
    after = {"type": "redirect", "redirect": {"return_url": "https://shop.example/back"}}
    flow = {"type": "customer_update", "after_completion": after}
    portal = Portal(buyer, configure(buyer), flow_data=flow)
    assert portal.get().headers["location"] == f"{portal.path}/details"
    assert portal.post("/details", name="Ann").headers["location"] == "https://shop.example/back"


def test_what_the_shop_wrote_is_escaped(buyer: Subscriber) -> None:
    buyer.prices["evil"] = buyer.price("<script>x</script>", 700)
    buyer.subscribe("evil")
    portal = Portal(buyer, configure(buyer))
    assert "<script" not in portal.get().text


def test_a_plan_is_changed_and_canceled_by_keyboard_alone(buyer: Subscriber, page: Page) -> None:
    subscription = buyer.subscribe()
    portal = Portal(buyer, configure(buyer))
    page.goto(portal.session.url)
    page.get_by_role("link", name="Change plan").focus()
    page.keyboard.press("Enter")
    page.get_by_role("radio", name="Starter").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="Professional")).to_be_checked()
    page.keyboard.press("Enter")
    pay = page.get_by_role("button", name="Pay 30.00 USD and change")
    pay.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Your plan is changed.")
    page.get_by_role("link", name="Cancel subscription").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Cancel subscription").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Your subscription is canceled.")
    expect(page.get_by_text("Ends on 1 February 2026")).to_be_visible()
    assert buyer.now_of(subscription)["cancel_at"]
