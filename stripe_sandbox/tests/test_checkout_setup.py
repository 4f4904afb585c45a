"""Saving a card by Checkout, without a payment."""

from typing import Any

import pytest
import stripe

from stripe_sandbox.tests.shop import CANCEL_URL, SUCCESS_URL, Json, Shop


def open_setup(shop: Shop, **more: Any) -> stripe.checkout.Session:
    wishes = {
        "mode": "setup",
        "currency": "usd",
        "success_url": SUCCESS_URL,
        "cancel_url": CANCEL_URL,
        **more,
    }
    return shop.stripe.checkout.sessions.create(wishes)  # type: ignore[arg-type]


def saved(shop: Shop, session: stripe.checkout.Session, **wishes: str) -> Json:
    shop.pay(session.id, **wishes).raise_for_status()
    wanted = ["setup_intent.payment_method", "customer"]
    return shop.stripe.checkout.sessions.retrieve(session.id, {"expand": wanted}).to_dict()


def test_a_card_is_saved_for_its_customer(shop: Shop) -> None:
    customer = shop.stripe.customers.create({"email": "ann@example.com"}).id
    data = {"description": "For later", "metadata": {"order": "7"}}
    session = open_setup(shop, customer=customer, setup_intent_data=data)
    assert (session.amount_total, session.amount_subtotal, session.total_details) == (None,) * 3
    assert (session.payment_status, session.currency) == ("no_payment_required", "usd")
    done = saved(shop, session)
    assert shop.event_types() == [
        "customer.created",
        "setup_intent.created",
        "payment_method.attached",
        "setup_intent.succeeded",
        "checkout.session.completed",
    ]
    assert (done["status"], done["payment_status"]) == ("complete", "no_payment_required")
    intent = done["setup_intent"]
    assert (intent["status"], intent["usage"]) == ("succeeded", "off_session")
    assert (intent["description"], intent["metadata"]) == ("For later", {"order": "7"})
    assert intent["payment_method"]["customer"] == customer
    [completed] = shop.events("checkout.session.completed")
    assert completed["data"]["object"]["setup_intent"] == intent["id"]
    assert shop.stripe.charges.list().data == []
    assert shop.stripe.checkout.sessions.line_items.list(session.id).data == []


def test_a_guest_becomes_a_customer_only_when_asked(shop: Shop) -> None:
    done = saved(shop, open_setup(shop, customer_email="bob@example.com"))
    assert done["customer"] is None
    assert done["setup_intent"]["payment_method"]["customer"] is None
    done = saved(shop, open_setup(shop, customer_creation="always"), email="eve@example.com")
    assert done["customer"]["email"] == "eve@example.com"
    assert done["setup_intent"]["payment_method"]["customer"] == done["customer"]["id"]


def test_a_refused_card_leaves_the_session_open_for_another(shop: Shop) -> None:
    customer = shop.stripe.customers.create().id
    session = open_setup(shop, customer=customer, payment_method_types=["card"])
    answer = shop.pay(session.id, card="4000000000000069")
    assert (answer.status_code, answer.json()["error"]["code"]) == (402, "expired_card")
    assert shop.events("setup_intent.setup_failed")
    done = saved(shop, session, card="5555555555554444")
    [intent] = shop.stripe.setup_intents.list().data
    assert intent.id == done["setup_intent"]["id"]
    [method] = shop.stripe.customers.payment_methods.list(customer).data
    assert method.card and method.card.brand == "mastercard"
    assert shop.pay(session.id).status_code == 400


def test_a_card_set_up_after_the_bank_asked_is_charged_without_it(shop: Shop) -> None:
    customer = shop.stripe.customers.create().id
    session = open_setup(shop, customer=customer)
    failed = shop.pay(session.id, card="4000002500003155", three_d_secure="fail")
    assert failed.status_code == 402
    assert failed.json()["error"]["code"] == "setup_intent_authentication_failure"
    done = saved(shop, session, card="4000002500003155")
    charge = {
        "amount": 900,
        "currency": "usd",
        "customer": customer,
        "payment_method": done["setup_intent"]["payment_method"]["id"],
        "confirm": True,
        "off_session": True,
    }
    assert shop.stripe.payment_intents.create(charge).status == "succeeded"  # type: ignore[arg-type]


def test_the_page_asks_for_a_card_and_tells_that_it_is_saved(shop: Shop) -> None:
    customer = shop.stripe.customers.create({"email": "ann@example.com"}).id
    session = open_setup(shop, customer=customer)
    page = shop.http.get(f"/c/pay/{session.id}").text
    assert "Save card</button>" in page and "saved for later payments" in page and "Card of" in page
    assert "USD" not in page and 'name="test_card"' in page
    refused = shop.http.post(f"/c/pay/{session.id}", data={"test_card": "4000000000000002"})
    assert refused.status_code == 402 and "declined" in refused.text
    asked = shop.http.post(f"/c/pay/{session.id}", data={"test_card": "4000000000003220"})
    assert "card may be charged later" in shop.http.get(asked.headers["location"]).text
    answer = shop.http.post(asked.headers["location"], data={"result": "complete"})
    assert answer.headers["location"].startswith("https://shop.example/thanks")
    assert "already saved" in shop.http.get(f"/c/pay/{session.id}").text
    assert shop.http.post(f"/c/pay/{session.id}").status_code == 409
    assert shop.http.get("/").status_code == 200


def test_an_expired_session_saves_nothing(shop: Shop) -> None:
    session = open_setup(shop)
    shop.http.post(f"/_sandbox/checkout/sessions/{session.id}/expire").raise_for_status()
    assert shop.pay(session.id).status_code == 400
    assert shop.event_types() == ["checkout.session.expired"]


def test_what_a_session_has_nothing_of_may_be_asked_for(shop: Shop) -> None:
    """dj-stripe asks for it whatever the mode is."""
    wanted = ["line_items", "total_details.breakdown", "line_items.data.discounts"]
    session = open_setup(shop, expand=wanted)
    assert session.total_details is None
    found = shop.stripe.checkout.sessions.list({"expand": ["data.total_details.breakdown"]})
    assert [each.id for each in found.data] == [session.id]
    with pytest.raises(stripe.InvalidRequestError):
        open_setup(shop, expand=["customer_details.email"])
