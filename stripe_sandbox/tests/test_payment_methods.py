"""Payment methods: made, kept by customers, changed, detached."""

from collections.abc import Callable
from typing import Any

import pytest
import stripe

from stripe_sandbox.tests.shop import Shop

CARD = {"number": "4242424242424242", "exp_month": 3, "exp_year": 2031, "cvc": "123"}


def card(shop: Shop, **more: Any) -> stripe.PaymentMethod:
    wishes: Any = {"type": "card", "card": CARD} | more
    return shop.stripe.payment_methods.create(wishes)


def test_a_card_is_made_from_its_number(shop: Shop) -> None:
    made = card(
        shop,
        billing_details={"name": "Ann", "address": {"city": "Bonn", "country": "DE"}},
        metadata={"a": "b"},
    ).to_dict()
    shown = made["card"]
    assert (shown["last4"], shown["exp_month"], shown["exp_year"]) == ("4242", 3, 2031)
    assert (made["customer"], made["metadata"]) == (None, {"a": "b"})
    assert made["billing_details"]["address"] == {
        "city": "Bonn",
        "country": "DE",
        "line1": None,
        "line2": None,
        "postal_code": None,
        "state": None,
    }
    assert shop.event_types() == []


@pytest.mark.parametrize(
    ("token", "brand", "last4"),
    [
        ("tok_visa", "visa", "4242"),
        ("tok_mastercard", "mastercard", "4444"),
        ("tok_chargeCustomerFail", "visa", "0341"),
    ],
)
def test_a_card_is_made_from_a_token(shop: Shop, token: str, brand: str, last4: str) -> None:
    made = card(shop, card={"token": token}).to_dict()["card"]
    assert (made["brand"], made["last4"]) == (brand, last4)


@pytest.mark.parametrize(
    ("wishes", "status", "code"),
    [
        ({"type": "card"}, 400, "parameter_missing"),
        ({"card": CARD, "type": ""}, 400, "parameter_invalid_empty"),
        ({"card": {"number": "4242424242424242"}}, 400, "parameter_missing"),
        ({"card": CARD | {"number": "4242424242424241"}}, 402, "invalid_number"),
        ({"card": CARD | {"exp_year": 2001}}, 402, "invalid_expiry_year"),
        ({"card": CARD | {"exp_month": 13}}, 400, "parameter_invalid_integer"),
        ({"card": {"token": "tok_none"}}, 400, "resource_missing"),
        ({"card": {"token": "tok_visa", "number": "4242"}}, 400, "parameter_unknown"),
        ({"type": "us_bank_account"}, 400, None),
    ],
)
def test_a_wrong_card_is_refused(shop: Shop, wishes: Any, status: int, code: str | None) -> None:
    with pytest.raises(stripe.StripeError) as refused:
        shop.stripe.payment_methods.create({"type": "card"} | wishes)
    assert (refused.value.http_status, refused.value.code) == (status, code)
    assert shop.stripe.payment_methods.list().data == []


def test_a_card_is_attached_changed_and_detached(shop: Shop) -> None:
    customer = shop.stripe.customers.create()
    made = card(shop)
    methods = shop.stripe.payment_methods
    with pytest.raises(stripe.InvalidRequestError, match="save this PaymentMethod"):
        methods.update(made.id, {"metadata": {"a": "b"}})
    assert methods.attach(made.id, {"customer": customer.id}).customer == customer.id
    methods.attach(made.id, {"customer": customer.id})
    changed = methods.update(
        made.id,
        {"card": {"exp_year": 2033}, "metadata": {"a": "b"}, "billing_details": {"name": "Ann"}},
    ).to_dict()
    assert (changed["card"]["exp_year"], changed["card"]["exp_month"]) == (2033, 3)
    assert changed["billing_details"]["name"] == "Ann"
    shop.stripe.customers.update(
        customer.id, {"invoice_settings": {"default_payment_method": made.id}}
    )
    assert methods.detach(made.id).customer is None
    assert shop.event_types() == [
        "customer.created",
        "payment_method.attached",
        "payment_method.updated",
        "customer.updated",
        "payment_method.detached",
        "customer.updated",
    ]
    told = shop.events("payment_method.updated")[0]["data"]["previous_attributes"]
    assert told["card"] == {"exp_year": 2031}
    gone = shop.events("payment_method.detached")[0]["data"]["previous_attributes"]
    assert gone == {"customer": customer.id}
    after = shop.stripe.customers.retrieve(customer.id).to_dict()
    assert after["invoice_settings"]["default_payment_method"] is None
    refused_acts: list[Callable[[], object]] = [
        lambda: methods.detach(made.id),
        lambda: methods.attach(made.id, {"customer": customer.id}),
    ]
    for again in refused_acts:
        with pytest.raises(stripe.InvalidRequestError) as refused:
            again()
        assert refused.value.http_status == 400


def test_a_token_attached_is_a_new_card_each_time(shop: Shop) -> None:
    customer = shop.stripe.customers.create()
    first, second = (
        shop.stripe.payment_methods.attach("pm_card_visa", {"customer": customer.id})
        for _ in range(2)
    )
    assert first.id != second.id
    listed = shop.stripe.customers.payment_methods.list(customer.id).data
    assert [each.id for each in listed] == [second.id, first.id]


def test_a_card_belongs_to_one_customer(shop: Shop) -> None:
    ann, bob = shop.stripe.customers.create(), shop.stripe.customers.create()
    method = shop.stripe.payment_methods.attach("pm_card_visa", {"customer": ann.id})
    with pytest.raises(stripe.InvalidRequestError, match="already been attached"):
        shop.stripe.payment_methods.attach(method.id, {"customer": bob.id})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.stripe.payment_methods.attach("pm_none", {"customer": bob.id})
    assert refused.value.http_status == 404
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.stripe.payment_methods.attach("pm_card_visa", {"customer": "cus_none"})
    assert refused.value.http_status == 400


@pytest.mark.parametrize(
    ("token", "decline_code"),
    [
        ("pm_card_chargeDeclined", "generic_decline"),
        ("pm_card_chargeDeclinedInsufficientFunds", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card"),
        ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc"),
    ],
)
def test_a_declining_card_is_not_attached(shop: Shop, token: str, decline_code: str) -> None:
    customer = shop.stripe.customers.create()
    with pytest.raises(stripe.CardError) as refused:
        shop.stripe.payment_methods.attach(token, {"customer": customer.id})
    assert refused.value.http_status == 402
    assert refused.value.error and refused.value.error.decline_code == decline_code
    assert shop.event_types() == ["customer.created"]


@pytest.mark.parametrize(
    "token",
    ["pm_card_chargeCustomerFail", "pm_card_authenticationRequired", "pm_card_createDispute"],
)
def test_other_cards_are_attached(shop: Shop, token: str) -> None:
    customer = shop.stripe.customers.create()
    method = shop.stripe.payment_methods.attach(token, {"customer": customer.id})
    assert method.customer == customer.id


def test_a_customer_begins_with_a_card_as_its_default(shop: Shop) -> None:
    customer = shop.stripe.customers.create(
        {
            "payment_method": "pm_card_visa",
            "invoice_settings": {"default_payment_method": "pm_card_visa"},
        }
    ).to_dict()
    [method] = shop.stripe.customers.payment_methods.list(customer["id"]).data
    assert customer["invoice_settings"]["default_payment_method"] == method.id
    assert shop.event_types() == ["customer.created", "payment_method.attached"]
    own = card(shop)
    second = shop.stripe.customers.create({"payment_method": own.id})
    assert shop.stripe.payment_methods.retrieve(own.id).customer == second.id


def test_a_customer_does_not_begin_with_a_card_that_cannot_be_kept(shop: Shop) -> None:
    with pytest.raises(stripe.CardError):
        shop.stripe.customers.create({"payment_method": "pm_card_chargeDeclined"})
    with pytest.raises(stripe.InvalidRequestError):
        shop.stripe.customers.create(
            {
                "payment_method": "pm_card_visa",
                "invoice_settings": {"default_payment_method": card(shop).id},
            }
        )
    assert shop.stripe.customers.list().data == []
    assert shop.event_types() == []


def test_a_card_that_paid_once_cannot_be_kept_afterwards(shop: Shop) -> None:
    customer = shop.stripe.customers.create()
    used = shop.charge()["payment_method"]
    with pytest.raises(stripe.InvalidRequestError, match="may not be used again"):
        shop.stripe.payment_methods.attach(used, {"customer": customer.id})
