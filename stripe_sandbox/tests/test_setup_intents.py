"""Setup intents: a card is set up for later, and what 3-D Secure has to do with it."""

from collections.abc import Callable
from typing import Any

import pytest
import stripe

from stripe_sandbox.tests.shop import Shop


def create(shop: Shop, **more: Any) -> stripe.SetupIntent:
    wishes: Any = more
    return shop.stripe.setup_intents.create(wishes)


def test_a_card_is_set_up_and_attached(shop: Shop) -> None:
    customer = shop.stripe.customers.create()
    intent = create(shop, customer=customer.id, metadata={"a": "b"}, description="Later")
    assert (intent.status, intent.usage) == ("requires_payment_method", "off_session")
    changed = shop.stripe.setup_intents.update(
        intent.id, {"payment_method": "pm_card_visa", "metadata": {"a": "c"}}
    )
    assert changed.status == "requires_confirmation"
    done = shop.stripe.setup_intents.confirm(intent.id).to_dict()
    assert (done["status"], done["metadata"]) == ("succeeded", {"a": "c"})
    [kept] = shop.stripe.customers.payment_methods.list(customer.id).data
    assert kept.id == done["payment_method"]
    assert shop.event_types() == [
        "customer.created",
        "setup_intent.created",
        "setup_intent.succeeded",
        "payment_method.attached",
    ]
    listed = shop.stripe.setup_intents.list({"customer": customer.id}).data
    assert [each.id for each in listed] == [intent.id]
    expanded = shop.stripe.setup_intents.retrieve(intent.id, {"expand": ["payment_method"]})
    assert expanded.to_dict()["payment_method"]["id"] == kept.id


def test_a_card_set_up_with_authentication_pays_without_its_owner(shop: Shop) -> None:
    customer = shop.stripe.customers.create()
    intent = create(
        shop,
        customer=customer.id,
        payment_method="pm_card_authenticationRequiredOnSetup",
        confirm=True,
        usage="off_session",
        return_url="https://shop.example/kept?a=b",
    )
    assert intent.status == "requires_action"
    page = intent.to_dict()["next_action"]["redirect_to_url"]["url"]
    answer = shop.http.post(page, data={"result": "complete"})
    assert answer.status_code == 303
    assert answer.headers["location"] == (
        f"https://shop.example/kept?a=b&setup_intent={intent.id}"
        f"&setup_intent_client_secret={intent.client_secret}&redirect_status=succeeded"
    )
    assert shop.event_types()[1:] == [
        "setup_intent.created",
        "setup_intent.requires_action",
        "setup_intent.succeeded",
        "payment_method.attached",
    ]
    paid = shop.stripe.payment_intents.create(
        {
            "amount": 900,
            "currency": "usd",
            "customer": customer.id,
            "payment_method": str(intent.payment_method),
            "confirm": True,
            "off_session": True,
        }
    )
    assert paid.status == "succeeded"


def test_a_card_that_always_asks_is_declined_off_session_though_set_up(shop: Shop) -> None:
    customer = shop.stripe.customers.create()
    intent = create(
        shop, customer=customer.id, payment_method="pm_card_authenticationRequired", confirm=True
    )
    page = intent.to_dict()["next_action"]["redirect_to_url"]["url"]
    assert "Done" in shop.http.post(page, data={"result": "complete"}).text
    with pytest.raises(stripe.CardError) as refused:
        shop.stripe.payment_intents.create(
            {
                "amount": 900,
                "currency": "usd",
                "customer": customer.id,
                "payment_method": str(intent.payment_method),
                "confirm": True,
                "off_session": True,
            }
        )
    assert refused.value.code == "authentication_required"


def test_a_failed_authentication_sets_nothing_up(shop: Shop) -> None:
    customer = shop.stripe.customers.create()
    intent = create(
        shop, customer=customer.id, payment_method="pm_card_threeDSecure2Required", confirm=True
    )
    page = intent.to_dict()["next_action"]["redirect_to_url"]["url"]
    assert "Not confirmed" in shop.http.post(page, data={"result": "fail"}).text
    failed = shop.stripe.setup_intents.retrieve(intent.id).to_dict()
    assert failed["status"] == "requires_payment_method"
    assert failed["last_setup_error"]["code"] == "setup_intent_authentication_failure"
    assert shop.event_types()[-1] == "setup_intent.setup_failed"
    assert shop.stripe.customers.payment_methods.list(customer.id).data == []
    again = shop.stripe.setup_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})
    assert (again.status, again.last_setup_error) == ("succeeded", None)


def test_a_declining_card_is_not_set_up(shop: Shop) -> None:
    customer = shop.stripe.customers.create()
    with pytest.raises(stripe.CardError) as refused:
        create(shop, customer=customer.id, payment_method="pm_card_chargeDeclined", confirm=True)
    assert refused.value.http_status == 402
    failed = refused.value.error and refused.value.error.setup_intent
    assert failed and failed.status == "requires_payment_method"
    assert shop.event_types()[1:] == ["setup_intent.created", "setup_intent.setup_failed"]


def test_a_canceled_setup_intent_stays_so(shop: Shop) -> None:
    intent = create(shop, payment_method="pm_card_visa")
    canceled = shop.stripe.setup_intents.cancel(intent.id, {"cancellation_reason": "abandoned"})
    assert (canceled.status, canceled.cancellation_reason) == ("canceled", "abandoned")
    assert shop.event_types() == ["setup_intent.created", "setup_intent.canceled"]
    intents = shop.stripe.setup_intents
    refused_acts: list[Callable[[], object]] = [
        lambda: intents.confirm(intent.id),
        lambda: intents.cancel(intent.id),
        lambda: intents.update(intent.id, {"payment_method": "pm_card_visa"}),
    ]
    for act in refused_acts:
        with pytest.raises(stripe.InvalidRequestError) as refused:
            act()
        assert refused.value.code == "setup_intent_unexpected_state"


@pytest.mark.parametrize(
    ("wishes", "param"),
    [
        ({"confirm": True}, "payment_method"),
        ({"customer": "cus_none"}, "customer"),
        ({"payment_method": "pm_none"}, "payment_method"),
        ({"return_url": "https://shop.example"}, "return_url"),
        ({"usage": "sometimes"}, "usage"),
        ({"single_use": {"amount": 1, "currency": "usd"}}, "single_use"),
    ],
)
def test_a_wrong_setup_intent_is_refused(shop: Shop, wishes: dict[str, Any], param: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        create(shop, **wishes)
    assert (refused.value.http_status, refused.value.param) == (400, param)
    assert shop.stripe.setup_intents.list().data == []


def test_another_customers_card_is_not_set_up(shop: Shop) -> None:
    ann, bob = shop.stripe.customers.create(), shop.stripe.customers.create()
    method = shop.stripe.payment_methods.attach("pm_card_visa", {"customer": ann.id})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        create(shop, customer=bob.id, payment_method=method.id, confirm=True)
    assert refused.value.param == "payment_method"
