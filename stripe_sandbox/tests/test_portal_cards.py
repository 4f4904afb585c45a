"""Customers save, choose and remove cards on the portal."""

import pytest

from stripe_sandbox.tests.portal import Portal, configure
from stripe_sandbox.tests.shop import Json, Shop
from stripe_sandbox.tests.subscriber import DAY, START, Subscriber

MASTERCARD, ASKING = "5555555555554444", "4000000000003220"


@pytest.fixture
def buyer(shop: Shop) -> Subscriber:
    return Subscriber(shop)


def default_card(buyer: Subscriber) -> Json:
    customer = buyer.shop.stripe.customers.retrieve(buyer.customer).to_dict()
    method_id = customer["invoice_settings"]["default_payment_method"]
    method = buyer.shop.stripe.payment_methods.retrieve(method_id).to_dict()
    card: Json = method["card"]
    return card


def test_a_new_card_is_set_up_attached_and_made_the_default(buyer: Subscriber) -> None:
    """setup_intent.succeeded, payment_method.attached, customer.updated."""
    portal = Portal(buyer, configure(buyer))
    before = len(buyer.shop.event_types())
    answer = portal.post("/card", test_card=MASTERCARD)
    assert answer.headers["location"] == f"{portal.path}?told=added"
    assert buyer.told_since(before) == [
        "setup_intent.created",
        "setup_intent.succeeded",
        "payment_method.attached",
        "customer.updated",
    ]
    assert default_card(buyer)["brand"] == "mastercard"
    assert "pays from now on" in portal.get(told="added").text


def test_a_subscription_with_a_card_of_its_own_is_charged_to_the_new_one(
    buyer: Subscriber,
) -> None:
    own = buyer.keep("pm_card_visa")
    subscription = buyer.subscribe(default_payment_method=own)
    Portal(buyer, configure(buyer)).post("/card", card_number=MASTERCARD)
    buyer.advance(START + 32 * DAY)
    charge = buyer.shop.stripe.charges.list({"limit": 1}).data[0].to_dict()
    assert charge["payment_method_details"]["card"]["brand"] == "mastercard"
    assert buyer.now_of(subscription)["default_payment_method"] != own


def test_a_declined_card_changes_nothing(buyer: Subscriber) -> None:
    portal = Portal(buyer, configure(buyer))
    answer = portal.post("/card", test_card="4000000000000002")
    assert answer.status_code == 402
    assert "Your card was declined. Nothing is changed." in answer.text
    assert default_card(buyer)["brand"] == "visa"
    assert len(buyer.shop.stripe.payment_methods.list({"customer": buyer.customer}).data) == 1
    typed = portal.post("/card", card_number="1234")
    assert typed.status_code == 400 and 'aria-describedby="number-error"' in typed.text


def test_a_card_whose_bank_agrees_is_saved_after_it_was_asked(buyer: Subscriber) -> None:
    portal = Portal(buyer, configure(buyer))
    asked = portal.post("/card", test_card=ASKING)
    bank = asked.headers["location"].removeprefix(portal.path)
    assert bank.startswith("/card/authenticate/seti_")
    assert "Complete authentication" in portal.get(bank).text
    assert default_card(buyer)["last4"] == "4242"
    done = portal.post(bank, result="complete")
    assert done.headers["location"] == f"{portal.path}?told=added"
    assert default_card(buyer)["last4"] == "3220"
    assert portal.post(bank, result="complete").status_code == 409


def test_a_card_whose_bank_refuses_is_not_saved(buyer: Subscriber) -> None:
    portal = Portal(buyer, configure(buyer))
    bank = portal.post("/card", test_card=ASKING).headers["location"].removeprefix(portal.path)
    failed = portal.post(bank, result="fail")
    assert failed.status_code == 402 and "failed authentication" in failed.text
    assert default_card(buyer)["last4"] == "4242"


def test_another_card_is_chosen_and_the_old_one_removed(buyer: Subscriber) -> None:
    buyer.subscribe()
    first = buyer.keep("pm_card_visa")
    portal = Portal(buyer, configure(buyer))
    second = buyer.keep("pm_card_mastercard")
    portal.post(f"/cards/{first}/default")
    assert default_card(buyer)["brand"] == "visa"
    refused = portal.post(f"/cards/{first}/remove")
    assert refused.status_code == 400 and "pays for your subscription" in refused.text
    assert "Mastercard •••• 4444" in portal.get(f"/cards/{second}/remove").text
    portal.post(f"/cards/{second}/remove")
    assert buyer.told_since(0)[-1] == "payment_method.detached"
    assert portal.get(f"/cards/{second}/remove").status_code == 404


def test_a_flow_leads_straight_to_the_card_and_back_to_the_shop(buyer: Subscriber) -> None:
    after = {"type": "redirect", "redirect": {"return_url": "https://shop.example/back"}}
    flow = {"type": "payment_method_update", "after_completion": after}
    portal = Portal(buyer, configure(buyer), flow_data=flow)
    assert portal.get().headers["location"] == f"{portal.path}/card"
    answer = portal.post("/card", test_card=MASTERCARD)
    assert answer.headers["location"] == "https://shop.example/back"
