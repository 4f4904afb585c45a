"""The 3-D Secure page of intents that no Checkout page accompanies."""

from typing import Any

import pytest

from stripe_sandbox.tests.shop import Shop


def waiting(
    shop: Shop, card: str = "pm_card_threeDSecure2Required", **more: Any
) -> tuple[dict[str, Any], str]:
    """Return an intent that waits for 3-D Secure, and the address of its page."""
    wishes: Any = {"amount": 2500, "currency": "usd", "payment_method": card, "confirm": True}
    intent = shop.stripe.payment_intents.create(wishes | more).to_dict()
    assert intent["status"] == "requires_action"
    return intent, intent["next_action"]["redirect_to_url"]["url"]


def status_of(shop: Shop, intent: dict[str, Any]) -> str:
    return shop.stripe.payment_intents.retrieve(intent["id"]).status


def test_the_page_asks_and_the_passed_intent_is_paid(shop: Shop) -> None:
    intent, page = waiting(shop, return_url="https://shop.example/back")
    shown = shop.http.get(page)
    assert (shown.status_code, "25.00 USD" in shown.text) == (200, True)
    answer = shop.http.post(page, data={"result": "complete"})
    assert answer.status_code == 303
    assert answer.headers["location"] == (
        f"https://shop.example/back?payment_intent={intent['id']}"
        f"&payment_intent_client_secret={intent['client_secret']}&redirect_status=succeeded"
    )
    assert status_of(shop, intent) == "succeeded"
    assert shop.event_types()[:4] == [
        "payment_intent.created",
        "payment_intent.requires_action",
        "charge.succeeded",
        "payment_intent.succeeded",
    ]
    [charge] = shop.stripe.charges.list().to_dict()["data"]
    assert charge["payment_method_details"]["card"]["three_d_secure"]["result"] == "authenticated"


def test_a_failed_authentication_charges_nothing(shop: Shop) -> None:
    intent, page = waiting(shop, return_url="https://shop.example/back")
    answer = shop.http.post(page, data={"result": "fail"})
    assert answer.headers["location"].endswith("redirect_status=failed")
    assert status_of(shop, intent) == "requires_payment_method"
    assert shop.event_types()[-1] == "payment_intent.payment_failed"
    assert shop.stripe.charges.list().data == []


def test_a_card_may_decline_after_the_authentication(shop: Shop) -> None:
    card = "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds"
    intent, page = waiting(shop, card)
    assert "Not confirmed" in shop.http.post(page, data={"result": "complete"}).text
    failed = shop.stripe.payment_intents.retrieve(intent["id"]).to_dict()
    assert failed["last_payment_error"]["decline_code"] == "insufficient_funds"
    assert shop.event_types()[-2:] == ["charge.failed", "payment_intent.payment_failed"]


@pytest.mark.parametrize("first", ["complete", "fail"])
def test_an_answer_counts_once(shop: Shop, first: str) -> None:
    intent, page = waiting(shop)
    shop.http.post(page, data={"result": first})
    status = status_of(shop, intent)
    assert shop.http.post(page, data={"result": "complete"}).status_code == 409
    assert shop.http.get(page).status_code == 200
    assert status_of(shop, intent) == status
    assert len(shop.stripe.charges.list().data) == (1 if first == "complete" else 0)


def test_a_canceled_intent_asks_no_more(shop: Shop) -> None:
    intent, page = waiting(shop)
    shop.stripe.payment_intents.cancel(intent["id"])
    assert "Canceled" in shop.http.get(page).text
    assert shop.http.post(page, data={"result": "complete"}).status_code == 409
    assert shop.stripe.charges.list().data == []


def test_an_intent_that_was_given_another_card_asks_no_more(shop: Shop) -> None:
    intent, page = waiting(shop)
    intents = shop.stripe.payment_intents
    changed = intents.update(intent["id"], {"payment_method": "pm_card_visa"})
    assert (changed.status, changed.next_action) == ("requires_confirmation", None)
    assert shop.http.post(page, data={"result": "complete"}).status_code == 409
    assert intents.confirm(intent["id"]).status == "succeeded"


def test_an_unknown_intent_has_no_page(shop: Shop) -> None:
    assert shop.http.get("/authenticate/pi_none").status_code == 404
    assert shop.http.post("/authenticate/pi_none", data={"result": "complete"}).status_code == 404
    customer = shop.stripe.customers.create()
    assert shop.http.get(f"/authenticate/{customer.id}").status_code == 404


def test_the_intent_of_a_checkout_session_is_confirmed_on_its_own_page(shop: Shop) -> None:
    session = shop.open_session(customer=shop.stripe.customers.create().id)
    shop.http.post(f"/c/pay/{session.id}", data={"test_card": "4000000000003220"})
    [intent] = shop.stripe.payment_intents.list().data
    for answer in (
        shop.http.get(f"/authenticate/{intent.id}"),
        shop.http.post(f"/authenticate/{intent.id}", data={"result": "complete"}),
    ):
        assert answer.status_code == 303
        assert answer.headers["location"] == f"{session.url}/authenticate"
    assert shop.stripe.charges.list().data == []
