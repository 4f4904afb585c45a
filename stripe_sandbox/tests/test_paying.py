"""Paying a session: outcomes by card, the order of events, and paying only once."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from stripe_sandbox.tests.shop import Shop

PAID = ["charge.succeeded", "payment_intent.succeeded", "payment_intent.created"]
DONE = "checkout.session.completed"


def wait_for_event(shop: Shop, event_type: str) -> dict[str, Any]:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        found = shop.events(event_type)
        if found:
            return found[-1]
        time.sleep(0.02)
    raise AssertionError(f"no {event_type} among {shop.event_types()}")


def test_a_paid_session_tells_its_events_in_stripes_order(shop: Shop) -> None:
    """[L] charge.succeeded, payment_intent.succeeded, payment_intent.created, the session."""
    customer = shop.stripe.customers.create({"email": "ann@example.com", "name": "Ann"})
    session = shop.open_session(
        customer=customer.id,
        payment_intent_data={"metadata": {"order": "7"}, "description": "Credits"},
    )
    answer = shop.pay(session.id, card="4242424242424242")
    assert answer.status_code == 200
    assert answer.json()["redirect"] == (
        f"https://shop.example/thanks?session={session.id}&from=stripe"
    )
    paid = answer.json()["session"]
    assert (paid["status"], paid["payment_status"], paid["url"]) == ("complete", "paid", None)
    assert paid["customer_details"]["email"] == "ann@example.com"
    wait_for_event(shop, "charge.updated")
    assert shop.event_types() == ["customer.created", *PAID, DONE, "charge.updated"]


def test_events_hold_the_object_as_it_was(shop: Shop) -> None:
    """[L] A charge gets its balance transaction seconds later, by charge.updated."""
    session = shop.open_session(payment_intent_data={"metadata": {"order": "7"}})
    shop.pay(session.id)
    wait_for_event(shop, "charge.updated")
    events = {event["type"]: event for event in shop.events()}
    born = events["payment_intent.created"]["data"]["object"]
    assert (born["status"], born["latest_charge"]) == ("requires_payment_method", None)
    done = events["payment_intent.succeeded"]["data"]["object"]
    assert (done["status"], done["amount_received"]) == ("succeeded", 2500)
    assert done["metadata"] == {"order": "7"}
    charge = events["charge.succeeded"]["data"]["object"]
    assert charge["balance_transaction"] is None
    assert charge["metadata"] == {"order": "7"}
    settled = events["charge.updated"]["data"]
    assert settled["previous_attributes"] == {"balance_transaction": None}
    assert settled["object"]["balance_transaction"].startswith("txn_")
    assert events[DONE]["data"]["object"]["payment_intent"] == done["id"]


def test_the_order_of_a_decline_is_a_switch_since_nobody_knows_it(shop: Shop) -> None:
    shop.switch(decline_order="declined_first")
    shop.pay(shop.open_session().id, card="4000000000000002")
    declined = ["charge.failed", "payment_intent.payment_failed", "payment_intent.created"]
    assert shop.event_types() == declined


def test_the_fee_is_taken_from_the_balance_transaction(shop: Shop) -> None:
    session = shop.open_session()
    shop.pay(session.id)
    charge_id = wait_for_event(shop, "charge.updated")["data"]["object"]["id"]
    charge = shop.stripe.charges.retrieve(charge_id, {"expand": ["balance_transaction"]})
    transaction = charge.to_dict()["balance_transaction"]
    assert (transaction["amount"], transaction["fee"], transaction["net"]) == (2500, 103, 2397)
    [listed] = shop.stripe.balance_transactions.list({"source": charge_id}).data
    assert shop.stripe.balance_transactions.retrieve(listed.id).net == 2397


@pytest.mark.parametrize(
    ("card", "code", "decline_code"),
    [
        ("4000000000000002", "card_declined", "generic_decline"),
        ("4000000000009995", "card_declined", "insufficient_funds"),
        ("4000000000000069", "expired_card", "expired_card"),
        ("4000000000000127", "incorrect_cvc", "incorrect_cvc"),
        ("4929000000000000", "card_declined", "test_mode_live_card"),
    ],
)
def test_a_declined_card_leaves_the_session_open_for_another(
    shop: Shop, card: str, code: str, decline_code: str
) -> None:
    session = shop.open_session(payment_intent_data={"metadata": {"order": "7"}})
    answer = shop.pay(session.id, card=card)
    assert answer.status_code == 402
    error = answer.json()["error"]
    assert (error["type"], error["code"], error["decline_code"]) == (
        "card_error",
        code,
        decline_code,
    )
    declined = ["payment_intent.created", "charge.failed", "payment_intent.payment_failed"]
    assert shop.event_types() == declined
    failed = shop.events("payment_intent.payment_failed")[0]["data"]["object"]
    assert failed["last_payment_error"]["code"] == code
    assert failed["metadata"] == {"order": "7"}
    assert shop.stripe.checkout.sessions.retrieve(session.id).status == "open"

    assert shop.pay(session.id, card="4242 4242 4242 4242").status_code == 200
    again = ["charge.succeeded", "payment_intent.succeeded", DONE]
    wait_for_event(shop, "charge.updated")
    assert shop.event_types() == [*declined, *again, "charge.updated"]
    [intent] = shop.stripe.payment_intents.list().data
    assert (intent.status, intent.last_payment_error) == ("succeeded", None)
    assert [charge.status for charge in shop.stripe.charges.list().data] == [
        "succeeded",
        "failed",
    ]


@pytest.mark.parametrize("card", ["4000000000003220", "4000002500003155", "4000000000003155"])
def test_authentication_comes_before_the_charge(shop: Shop, card: str) -> None:
    session = shop.open_session()
    assert shop.pay(session.id, card=card).status_code == 200
    asked = ["payment_intent.created", "payment_intent.requires_action"]
    wait_for_event(shop, "charge.updated")
    assert shop.event_types() == [
        *asked,
        "charge.succeeded",
        "payment_intent.succeeded",
        DONE,
        "charge.updated",
    ]
    waiting = shop.events("payment_intent.requires_action")[0]["data"]["object"]
    assert waiting["next_action"]["redirect_to_url"]["url"].endswith("/authenticate")
    [charge] = shop.stripe.charges.list().to_dict()["data"]
    assert charge["payment_method_details"]["card"]["three_d_secure"]["result"] == "authenticated"
    assert charge["payment_method"] == waiting["payment_method"]


def test_failed_authentication_is_no_charge_and_can_be_tried_again(shop: Shop) -> None:
    session = shop.open_session()
    answer = shop.pay(session.id, card="4000000000003220", three_d_secure="fail")
    assert answer.status_code == 402
    assert answer.json()["error"]["code"] == "payment_intent_authentication_failure"
    assert shop.event_types()[-1] == "payment_intent.payment_failed"
    assert shop.stripe.charges.list().data == []
    assert shop.pay(session.id, card="4000000000003220").status_code == 200


@pytest.mark.parametrize("number", ["", "4242", "4242424242424241", "4242x42424242424", "٤" * 16])
def test_a_malformed_number_starts_nothing(shop: Shop, number: str) -> None:
    session = shop.open_session()
    answer = shop.pay(session.id, card=number)
    assert (answer.status_code, answer.json()["error"]["code"]) == (402, "invalid_number")
    assert shop.event_types() == []


def test_two_hundred_hands_pay_one_session_once(shop: Shop) -> None:
    session = shop.open_session()
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: shop.pay(session.id), range(200)))
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 199
    assert len(shop.stripe.charges.list().data) == 1
    assert len(shop.events(DONE)) == 1


def test_an_expired_session_is_not_paid(shop: Shop) -> None:
    session = shop.open_session()
    shop.stripe.checkout.sessions.expire(session.id)
    assert shop.pay(session.id).status_code == 400
    assert shop.stripe.charges.list().data == []


def test_a_session_over_nothing_needs_no_card(shop: Shop) -> None:
    product = {"currency": "usd", "unit_amount": 0, "product_data": {"name": "Gift"}}
    session = shop.open_session(line_items=[{"price_data": product, "quantity": 1}])
    paid = shop.pay(session.id).json()["session"]
    assert (paid["status"], paid["payment_status"]) == ("complete", "no_payment_required")
    assert paid["payment_intent"] is None
    assert shop.event_types() == [DONE]


def test_a_guest_becomes_a_customer_when_asked(shop: Shop) -> None:
    session = shop.open_session(customer_creation="always", customer_email="bob@example.com")
    paid = shop.pay(session.id, name="Bob").json()["session"]
    assert shop.event_types()[:5] == ["customer.created", *PAID, DONE]
    customer = shop.stripe.customers.retrieve(paid["customer"])
    assert (customer.email, customer.name) == ("bob@example.com", "Bob")
    [charge] = shop.stripe.charges.list({"customer": customer.id}).data
    assert charge.payment_intent == paid["payment_intent"]


def test_a_guest_stays_a_guest_otherwise(shop: Shop) -> None:
    paid = shop.pay(shop.open_session().id, email="bob@example.com").json()["session"]
    assert paid["customer"] is None
    assert paid["customer_details"]["email"] == "bob@example.com"


def test_a_card_kept_for_later_is_attached(shop: Shop) -> None:
    customer = shop.stripe.customers.create()
    session = shop.open_session(
        customer=customer.id, payment_intent_data={"setup_future_usage": "off_session"}
    )
    shop.pay(session.id)
    assert "payment_method.attached" in shop.event_types()
    [method] = shop.stripe.customers.payment_methods.list(customer.id).data
    assert method.card and method.card.last4 == "4242"
    assert shop.stripe.payment_methods.list({"customer": customer.id}).data[0].id == method.id
    updated = shop.stripe.customers.update(
        customer.id, {"invoice_settings": {"default_payment_method": method.id}}
    )
    assert updated.to_dict()["invoice_settings"]["default_payment_method"] == method.id


def test_a_card_used_once_belongs_to_nobody(shop: Shop) -> None:
    customer = shop.stripe.customers.create()
    shop.pay(shop.open_session(customer=customer.id).id)
    assert shop.stripe.customers.payment_methods.list(customer.id).data == []
    [method] = shop.stripe.payment_methods.list().data
    assert shop.stripe.payment_methods.retrieve(method.id).customer is None


def test_the_control_api_refuses_what_it_does_not_know(shop: Shop) -> None:
    session = shop.open_session()
    path = f"/_sandbox/checkout/sessions/{session.id}/pay"
    assert shop.http.post(path, json={"kard": "4242424242424242"}).status_code == 400
    assert shop.http.post(path, json={"card": 4242424242424242}).status_code == 400
    assert shop.http.post(path, json=["4242424242424242"]).status_code == 400
    headers = {"Content-Type": "application/json"}
    assert shop.http.post(path, content=b"{", headers=headers).status_code == 400
    assert shop.http.post(path, json={"three_d_secure": "maybe"}).status_code == 400
    assert shop.http.post(path.replace(session.id, "cs_test_none")).status_code == 404
    assert shop.http.post(path, data={"card": "4242424242424242"}).status_code == 200
