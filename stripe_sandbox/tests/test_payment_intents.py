"""Payment intents by the API: made, changed, confirmed, canceled; charges changed."""

from collections.abc import Callable
from typing import Any

import pytest
import stripe

from stripe_sandbox.tests.shop import Shop

DECLINED = ["payment_intent.created", "charge.failed", "payment_intent.payment_failed"]


def create(shop: Shop, **more: Any) -> stripe.PaymentIntent:
    wishes: Any = {"amount": 2500, "currency": "usd"} | more
    return shop.stripe.payment_intents.create(wishes)


def customer_with(shop: Shop, token: str = "pm_card_visa") -> tuple[str, str]:
    """Return the ids of a customer and of the card that it keeps."""
    customer = shop.stripe.customers.create()
    method = shop.stripe.payment_methods.attach(token, {"customer": customer.id})
    return customer.id, method.id


def test_an_intent_is_paid_step_by_step(shop: Shop) -> None:
    intents = shop.stripe.payment_intents
    intent = create(shop, metadata={"order": "7"}, description="Credits")
    assert intent.status == "requires_payment_method"
    assert intent.automatic_payment_methods and intent.automatic_payment_methods.enabled
    chosen = intents.update(intent.id, {"payment_method": "pm_card_visa", "amount": 3000})
    assert (chosen.status, chosen.amount) == ("requires_confirmation", 3000)
    paid = intents.confirm(intent.id)
    assert (paid.status, paid.amount_received) == ("succeeded", 3000)
    charge = shop.stripe.charges.retrieve(str(paid.latest_charge)).to_dict()
    assert (charge["amount"], charge["metadata"]) == (3000, {"order": "7"})
    shop.wait_for_event("charge.updated")
    assert shop.event_types() == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "charge.updated",
    ]
    [transaction] = shop.stripe.balance_transactions.list({"source": charge["id"]}).data
    assert (transaction.amount, transaction.fee, transaction.net) == (3000, 117, 2883)


def test_a_kept_card_is_charged_without_its_owner(shop: Shop) -> None:
    customer, method = customer_with(shop)
    paid = create(shop, customer=customer, payment_method=method, confirm=True, off_session=True)
    assert (paid.status, paid.customer, paid.payment_method) == ("succeeded", customer, method)
    listed = shop.stripe.charges.list({"customer": customer}).data
    assert [charge.payment_intent for charge in listed] == [paid.id]


def test_a_card_paid_with_is_kept_when_asked(shop: Shop) -> None:
    customer = shop.stripe.customers.create()
    paid = create(
        shop,
        customer=customer.id,
        payment_method="pm_card_visa",
        confirm=True,
        setup_future_usage="off_session",
    )
    [kept] = shop.stripe.customers.payment_methods.list(customer.id).data
    assert kept.id == paid.payment_method
    assert "payment_method.attached" in shop.event_types()


@pytest.mark.parametrize(
    ("token", "code", "decline_code"),
    [
        ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
    ],
)
def test_a_declined_intent_can_be_tried_with_another_card(
    shop: Shop, token: str, code: str, decline_code: str
) -> None:
    with pytest.raises(stripe.CardError) as refused:
        create(shop, payment_method=token, confirm=True)
    assert refused.value.http_status == 402
    assert refused.value.error
    assert (refused.value.code, refused.value.error.decline_code) == (code, decline_code)
    assert shop.event_types() == DECLINED
    failed = refused.value.error.payment_intent
    assert failed and failed.status == "requires_payment_method"
    assert shop.stripe.charges.retrieve(str(failed.latest_charge)).status == "failed"
    paid = shop.stripe.payment_intents.confirm(failed.id, {"payment_method": "pm_card_visa"})
    assert (paid.status, paid.last_payment_error) == ("succeeded", None)


def test_a_card_that_can_be_kept_may_still_decline_every_charge(shop: Shop) -> None:
    customer, method = customer_with(shop, "pm_card_chargeCustomerFail")
    with pytest.raises(stripe.CardError) as refused:
        create(shop, customer=customer, payment_method=method, confirm=True, off_session=True)
    assert refused.value.code == "card_declined"
    assert shop.stripe.payment_methods.retrieve(method).customer == customer


@pytest.mark.parametrize(
    "token",
    [
        "pm_card_authenticationRequired",
        "pm_card_threeDSecure2Required",
        "pm_card_authenticationRequiredOnSetup",
    ],
)
def test_nobody_authenticates_off_session(shop: Shop, token: str) -> None:
    customer, method = customer_with(shop, token)
    with pytest.raises(stripe.CardError) as refused:
        create(shop, customer=customer, payment_method=method, confirm=True, off_session=True)
    assert refused.value.http_status == 402
    assert refused.value.code == "authentication_required"
    assert shop.event_types()[2:] == DECLINED
    failed = refused.value.error and refused.value.error.payment_intent
    assert failed and failed.to_dict()["last_payment_error"]["code"] == "authentication_required"


@pytest.mark.parametrize(
    ("wishes", "param", "code"),
    [
        ({"amount": 49}, "amount", "amount_too_small"),
        ({"amount": 0}, "amount", "parameter_invalid_integer"),
        ({"amount": -500}, "amount", "parameter_invalid_integer"),
        ({"amount": 100_000_000}, "amount", "amount_too_large"),
        ({"currency": "dollars"}, "currency", None),
        ({"customer": "cus_none"}, "customer", "resource_missing"),
        ({"payment_method": "pm_none"}, "payment_method", "resource_missing"),
        ({"confirm": True}, "payment_method", "payment_intent_unexpected_state"),
        ({"off_session": True}, "off_session", None),
        ({"return_url": "https://shop.example"}, "return_url", None),
        ({"capture_method": "manual"}, "capture_method", None),
        ({"payment_method_types": ["sofort"]}, "payment_method_types[0]", None),
        ({"transfer_data": {"destination": "acct_1"}}, "transfer_data", None),
    ],
)
def test_a_wrong_intent_is_refused(
    shop: Shop, wishes: dict[str, Any], param: str, code: str | None
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        create(shop, **wishes)
    assert refused.value.http_status == 400
    assert (refused.value.param, refused.value.code) == (param, code)
    assert shop.stripe.payment_intents.list().data == []
    assert shop.event_types() == []


@pytest.mark.parametrize("amount", [50, 99_999_999])
def test_the_smallest_and_the_largest_amount_are_paid(shop: Shop, amount: int) -> None:
    assert create(shop, amount=amount, payment_method="pm_card_visa", confirm=True).amount == amount


def test_a_card_of_another_customer_does_not_pay(shop: Shop) -> None:
    _, method = customer_with(shop)
    other = shop.stripe.customers.create()
    for more in ({"customer": other.id}, {}):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            create(shop, payment_method=method, confirm=True, **more)
        assert (refused.value.http_status, refused.value.param) == (400, "payment_method")
    assert shop.stripe.charges.list().data == []


def test_a_canceled_intent_is_not_paid(shop: Shop) -> None:
    intent = create(shop, payment_method="pm_card_visa")
    canceled = shop.stripe.payment_intents.cancel(intent.id, {"cancellation_reason": "abandoned"})
    assert (canceled.status, canceled.cancellation_reason) == ("canceled", "abandoned")
    assert canceled.canceled_at
    assert shop.event_types() == ["payment_intent.created", "payment_intent.canceled"]
    refuse_everything(shop, intent.id)


def test_a_paid_intent_is_neither_paid_again_nor_canceled(shop: Shop) -> None:
    intent = create(shop, payment_method="pm_card_visa", confirm=True)
    refuse_everything(shop, intent.id)
    noted = shop.stripe.payment_intents.update(intent.id, {"metadata": {"a": "b"}})
    assert noted.to_dict()["metadata"] == {"a": "b"}
    assert len(shop.stripe.charges.list().data) == 1


def refuse_everything(shop: Shop, intent_id: str) -> None:
    intents = shop.stripe.payment_intents
    refused_acts: list[Callable[[], object]] = [
        lambda: intents.confirm(intent_id),
        lambda: intents.cancel(intent_id),
        lambda: intents.update(intent_id, {"amount": 900}),
    ]
    for act in refused_acts:
        with pytest.raises(stripe.InvalidRequestError) as refused:
            act()
        assert refused.value.http_status == 400
        assert refused.value.code == "payment_intent_unexpected_state"


def test_an_intent_without_a_card_is_not_confirmed(shop: Shop) -> None:
    intent = create(shop)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.stripe.payment_intents.confirm(intent.id)
    assert refused.value.code == "payment_intent_unexpected_state"


def test_a_client_secret_must_be_the_intents(shop: Shop) -> None:
    intent = create(shop, payment_method="pm_card_visa")
    path = f"/v1/payment_intents/{intent.id}/confirm"
    answer = shop.call("POST", path, {"client_secret": "pi_x_secret_y"})
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "client_secret")
    answer = shop.call("POST", path, {"client_secret": intent.client_secret})
    assert answer.json()["status"] == "succeeded"


def test_the_intent_of_a_checkout_session_is_the_sessions(shop: Shop) -> None:
    session = shop.open_session()
    shop.pay(session.id, card="4000000000000002")
    [intent] = shop.stripe.payment_intents.list().data
    intents = shop.stripe.payment_intents
    refused_acts: list[Callable[[], object]] = [
        lambda: intents.confirm(intent.id, {"payment_method": "pm_card_visa"}),
        lambda: intents.cancel(intent.id),
        lambda: intents.update(intent.id, {"amount": 900}),
    ]
    for act in refused_acts:
        with pytest.raises(stripe.InvalidRequestError, match="Checkout Session"):
            act()


def test_a_charge_is_annotated(shop: Shop) -> None:
    charge = shop.charge()
    shop.wait_for_event("charge.updated")
    changed = shop.stripe.charges.update(
        charge["id"], {"description": "Credits", "metadata": {"order": "7"}}
    ).to_dict()
    assert (changed["description"], changed["metadata"]) == ("Credits", {"order": "7"})
    told = shop.wait_for_event("charge.updated", 2)["data"]["previous_attributes"]
    assert told == {"description": None, "metadata": {"order": None}}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.stripe.charges.update("ch_none", {"description": "x"})
    assert refused.value.http_status == 404
