"""Products, prices and customers."""

from typing import Any

import pytest
import stripe

from stripe_sandbox.tests.shop import Shop


def test_a_product_is_made_changed_and_deleted(shop: Shop) -> None:
    product = shop.stripe.products.create(
        {"name": "Credits", "metadata": {"sku": "c1"}, "url": "https://shop.example/c1"}
    )
    changed = shop.stripe.products.update(
        product.id, {"name": "More credits", "url": "", "metadata": {"sku": "c2"}}
    )
    assert (changed.name, changed.url) == ("More credits", None)
    assert shop.stripe.products.retrieve(product.id).metadata.to_dict() == {"sku": "c2"}
    assert shop.stripe.products.features.list(product.id).data == []
    assert shop.stripe.products.delete(product.id).to_dict()["deleted"] is True
    with pytest.raises(stripe.InvalidRequestError) as caught:
        shop.stripe.products.retrieve(product.id)
    assert caught.value.http_status == 404
    assert shop.event_types() == ["product.created", "product.updated", "product.deleted"]
    previous = shop.events("product.updated")[0]["data"]["previous_attributes"]
    assert previous["name"] == "Credits"
    assert previous["metadata"] == {"sku": "c1"}
    assert previous["url"] == "https://shop.example/c1"


def test_an_update_without_a_change_is_no_event(shop: Shop) -> None:
    product = shop.stripe.products.create({"name": "Credits"})
    customer = shop.stripe.customers.create({"name": "Ann"})
    shop.stripe.products.update(product.id, {"name": "Credits"})
    shop.stripe.customers.update(customer.id, {"name": "Ann"})
    assert shop.event_types() == ["product.created", "customer.created"]


def test_a_product_with_prices_is_not_deleted(shop: Shop) -> None:
    price = shop.stripe.prices.create(
        {"currency": "usd", "unit_amount": 100, "product_data": {"name": "Credits"}}
    )
    with pytest.raises(stripe.InvalidRequestError):
        shop.stripe.products.delete(str(price.product))


def test_products_are_found_by_id_and_activity(shop: Shop) -> None:
    on = shop.stripe.products.create({"name": "On", "id": "on"})
    off = shop.stripe.products.create({"name": "Off", "active": False})
    products = shop.stripe.products
    assert [each.id for each in products.list({"active": True}).data] == [on.id]
    assert [each.id for each in products.list({"ids": [off.id]}).data] == [off.id]
    with pytest.raises(stripe.InvalidRequestError) as caught:
        products.create({"name": "On", "id": "on"})
    assert caught.value.code == "resource_already_exists"


def test_a_price_is_made_and_found_by_its_lookup_key(shop: Shop) -> None:
    product = shop.stripe.products.create({"name": "Plan"})
    price = shop.stripe.prices.create(
        {
            "product": product.id,
            "currency": "USD",
            "unit_amount": 2900,
            "recurring": {"interval": "month"},
            "lookup_key": "pro",
            "metadata": {"credits": "5000"},
        }
    )
    assert (price.type, price.currency) == ("recurring", "usd")
    assert price.recurring and price.recurring.interval_count == 1
    [found] = shop.stripe.prices.list({"lookup_keys": ["pro", "other"]}).data
    assert found.id == price.id
    assert shop.stripe.prices.list({"lookup_keys": ["other"]}).data == []
    wanted: Any = {"expand": ["currency_options", "product", "tiers"]}
    opened = shop.stripe.prices.retrieve(price.id, wanted).to_dict()
    assert opened["product"]["name"] == "Plan"
    assert opened["currency_options"]["usd"]["unit_amount"] == 2900
    assert "tiers" not in opened
    assert shop.event_types() == ["product.created", "price.created"]


def test_a_lookup_key_moves_only_when_asked(shop: Shop) -> None:
    product = shop.stripe.products.create({"name": "Plan"})
    terms: Any = {"product": product.id, "currency": "usd", "unit_amount": 1, "lookup_key": "pro"}
    old = shop.stripe.prices.create(terms)
    with pytest.raises(stripe.InvalidRequestError):
        shop.stripe.prices.create(terms)
    new = shop.stripe.prices.create(terms | {"transfer_lookup_key": True})
    assert new.lookup_key == "pro"
    assert shop.stripe.prices.retrieve(old.id).lookup_key is None
    assert shop.event_types()[-2:] == ["price.updated", "price.created"]
    previous = shop.events("price.updated")[0]["data"]["previous_attributes"]
    assert previous == {"lookup_key": "pro"}


@pytest.mark.parametrize(
    ("terms", "param"),
    [
        ({"unit_amount": 100}, "product"),
        ({"unit_amount": 100, "product": "prod_none"}, "product"),
        ({"product_data": {"name": "x"}}, "unit_amount"),
        ({"product_data": {"name": "x"}, "unit_amount": 1, "unit_amount_decimal": "1"},
         "unit_amount"),
        ({"product_data": {"name": "x"}, "unit_amount": -1}, "unit_amount"),
        ({"product_data": {"name": "x"}, "unit_amount_decimal": "NaN"}, "unit_amount_decimal"),
        ({"product_data": {"name": "x"}, "unit_amount": 1, "currency": "dollar"}, "currency"),
        ({"product_data": {"name": "x"}, "unit_amount": 1, "recurring": {"interval": "hour"}},
         "recurring[interval]"),
    ],
)  # fmt: skip
def test_a_senseless_price_is_refused_and_makes_nothing(
    shop: Shop, terms: dict[str, Any], param: str
) -> None:
    wishes: Any = {"currency": "usd"} | terms
    with pytest.raises(stripe.InvalidRequestError) as caught:
        shop.stripe.prices.create(wishes)
    assert caught.value.param == param
    assert shop.event_types() == []


def test_a_price_changes_all_but_its_amount(shop: Shop) -> None:
    price = shop.stripe.prices.create(
        {"currency": "usd", "unit_amount": 100, "product_data": {"name": "x"}}
    )
    changed = shop.stripe.prices.update(price.id, {"active": False, "nickname": "old"})
    assert (changed.active, changed.nickname) == (False, "old")
    assert shop.call("POST", f"/v1/prices/{price.id}", {"unit_amount": "5"}).status_code == 400
    assert shop.stripe.prices.list({"active": True}).data == []


def test_a_customer_is_made_and_changed(shop: Shop) -> None:
    customer = shop.stripe.customers.create(
        {
            "email": "ann@example.com",
            "name": "Ann",
            "address": {"country": "DE", "city": "Berlin"},
            "metadata": {"djstripe_subscriber": "7", "old": "1"},
            "preferred_locales": ["de"],
        }
    )
    assert customer.address and customer.address.line1 is None
    changed = shop.stripe.customers.update(
        customer.id,
        {"name": "", "metadata": {"old": ""}, "invoice_settings": {"footer": "Thanks"}},
    ).to_dict()
    assert changed["name"] is None
    assert changed["metadata"] == {"djstripe_subscriber": "7"}
    assert changed["invoice_settings"]["footer"] == "Thanks"
    previous = shop.events("customer.updated")[0]["data"]["previous_attributes"]
    assert previous == {
        "name": "Ann",
        "metadata": {"old": "1"},
        "invoice_settings": {"footer": None},
    }
    emptied = shop.call("POST", f"/v1/customers/{customer.id}", {"metadata": ""}).json()
    assert emptied["metadata"] == {}


def test_a_customers_hidden_lists_appear_when_expanded(shop: Shop) -> None:
    customer = shop.stripe.customers.create()
    wanted: Any = {"expand": ["default_source", "sources", "subscriptions", "tax", "tax_ids"]}
    opened = shop.stripe.customers.retrieve(customer.id, wanted).to_dict()
    assert opened["sources"]["data"] == [] and opened["subscriptions"]["data"] == []
    assert opened["default_source"] is None
    assert shop.call("GET", f"/v1/customers/{customer.id}/sources").json()["data"] == []


def test_customers_are_found_by_email(shop: Shop) -> None:
    ann = shop.stripe.customers.create({"email": "ann@example.com"})
    shop.stripe.customers.create({"email": "bob@example.com"})
    assert [c.id for c in shop.stripe.customers.list({"email": "ann@example.com"}).data] == [ann.id]


def test_a_deleted_customer_is_a_stub_and_never_comes_back(shop: Shop) -> None:
    customer = shop.stripe.customers.create({"name": "Ann"})
    session = shop.open_session(
        customer=customer.id, payment_intent_data={"setup_future_usage": "on_session"}
    )
    shop.pay(session.id)
    assert shop.stripe.customers.delete(customer.id).to_dict()["deleted"] is True
    assert shop.stripe.customers.retrieve(customer.id).to_dict() == {
        "id": customer.id,
        "object": "customer",
        "deleted": True,
    }
    for forbidden in (
        lambda: shop.stripe.customers.update(customer.id, {"name": "Bob"}),
        lambda: shop.stripe.customers.delete(customer.id),
        lambda: shop.open_session(customer=customer.id),
    ):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            forbidden()
        assert caught.value.code == "resource_missing"
        assert "No such customer:" in str(caught.value.user_message)
    wanted: Any = {"expand": ["default_source", "sources"]}
    assert shop.stripe.customers.retrieve(customer.id, wanted).to_dict()["deleted"] is True
    assert shop.stripe.customers.list().data == []
    assert shop.stripe.payment_methods.list().data[0].customer is None
    assert shop.events("customer.deleted")[0]["data"]["object"]["name"] == "Ann"
    opened = shop.stripe.checkout.sessions.retrieve(session.id, {"expand": ["customer"]})
    assert opened.to_dict()["customer"]["deleted"] is True


def test_only_an_attached_card_becomes_the_default(shop: Shop) -> None:
    customer = shop.stripe.customers.create()
    shop.pay(shop.open_session(customer=customer.id).id)
    [method] = shop.stripe.payment_methods.list().data
    with pytest.raises(stripe.InvalidRequestError) as caught:
        shop.stripe.customers.update(
            customer.id, {"invoice_settings": {"default_payment_method": method.id}}
        )
    assert caught.value.param == "invoice_settings[default_payment_method]"
