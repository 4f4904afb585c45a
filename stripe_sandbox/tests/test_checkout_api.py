"""Sessions by the API: what is created, refused, listed, expired."""

from typing import Any

import pytest
import stripe

from stripe_sandbox.tests.shop import SUCCESS_URL, Shop, line


def refused(shop: Shop, **wishes: Any) -> stripe.InvalidRequestError:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        shop.open_session(**wishes)
    return caught.value


def test_a_new_session_is_open_and_unpaid_and_has_no_intent(shop: Shop) -> None:
    session = shop.open_session(
        client_reference_id="order-7",
        metadata={"order": "7"},
        line_items=[line(2500, quantity=2), line(100)],
    )
    assert (session.status, session.payment_status) == ("open", "unpaid")
    assert session.payment_intent is None
    assert (session.amount_subtotal, session.amount_total, session.currency) == (5100, 5100, "usd")
    assert session.client_reference_id == "order-7"
    assert session.metadata and session.metadata.to_dict() == {"order": "7"}
    assert session.success_url == SUCCESS_URL
    assert session.url == f"{shop.url}/c/pay/{session.id}"
    assert session.id.startswith("cs_test_") and len(session.id) == 66
    assert shop.event_types() == []


def test_a_session_sells_listed_prices(shop: Shop) -> None:
    product = shop.stripe.products.create({"name": "Big pack"})
    price = shop.stripe.prices.create(
        {"product": product.id, "currency": "usd", "unit_amount": 1999}
    )
    session = shop.open_session(line_items=[{"price": price.id, "quantity": 3}])
    [item] = shop.stripe.checkout.sessions.line_items.list(session.id).data
    assert (item.description, item.quantity, item.amount_total) == ("Big pack", 3, 5997)
    assert item.price and item.price.id == price.id


def test_a_decimal_price_is_rounded_once_for_the_whole_line(shop: Shop) -> None:
    price_data = {
        "currency": "usd",
        "unit_amount_decimal": "0.125",
        "product_data": {"name": "Tiny"},
    }
    session = shop.open_session(line_items=[{"price_data": price_data, "quantity": 1004}])
    assert session.amount_total == 126  # 125.5 rounded up


@pytest.mark.parametrize(
    ("change", "param", "code"),
    [
        ({"line_items": []}, "line_items", "parameter_missing"),
        ({"success_url": "javascript:alert(1)"}, "success_url", "url_invalid"),
        ({"success_url": "/thanks"}, "success_url", "url_invalid"),
        ({"cancel_url": "https://"}, "cancel_url", "url_invalid"),
        ({"customer": "cus_nobody"}, "customer", "resource_missing"),
        ({"customer_email": "nobody"}, "customer_email", "email_invalid"),
        ({"line_items": [line(49)]}, "line_items", "amount_too_small"),
        ({"line_items": [line(99999999, quantity=2)]}, "line_items", "amount_too_large"),
        (
            {"line_items": [{"price": "price_gone", "quantity": 1}]},
            "line_items[0][price]",
            "resource_missing",
        ),
        ({"line_items": [{"quantity": 1}]}, "line_items[0][price]", "parameter_missing"),
        ({"line_items": [line(100), line(100, currency="eur")]}, "line_items", None),
        (
            {"line_items": [line(100) | {"quantity": 0}]},
            "line_items[0][quantity]",
            "parameter_invalid_integer",
        ),
        (
            {"line_items": [{"price_data": {"currency": "usd"}, "quantity": 1}]},
            "line_items[0][price_data][product]",
            "parameter_missing",
        ),
        ({"expires_at": 1}, "expires_at", None),
        ({"expires_at": 4_000_000_000}, "expires_at", None),
        ({"mode": "trade"}, "mode", None),
        ({"ui_mode": "embedded_page"}, "ui_mode", None),
        ({"discounts": [{"coupon": "x"}]}, "discounts[0][coupon]", "resource_missing"),
        ({"automatic_tax": {"enabled": True}}, "automatic_tax[enabled]", None),
        ({"surprise": "1"}, "surprise", "parameter_unknown"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_session_that_makes_no_sense_is_refused(
    shop: Shop, change: dict[str, Any], param: str, code: str | None
) -> None:
    refusal = refused(shop, **change)
    assert (refusal.http_status, refusal.param, refusal.code) == (400, param, code)
    assert shop.stripe.checkout.sessions.list().data == []


def test_a_refused_session_leaves_no_inline_price_behind(shop: Shop) -> None:
    refused(shop, line_items=[line(1000), {"price": "price_gone", "quantity": 1}])
    assert shop.stripe.prices.list().data == []
    assert shop.stripe.products.list().data == []


def test_an_inactive_price_cannot_be_sold(shop: Shop) -> None:
    price = shop.stripe.prices.create(
        {"currency": "usd", "unit_amount": 500, "product_data": {"name": "Old"}, "active": False}
    )
    refusal = refused(shop, line_items=[{"price": price.id, "quantity": 1}])
    assert "inactive" in str(refusal.user_message)


def test_a_recurring_price_cannot_be_sold_once(shop: Shop) -> None:
    price = shop.stripe.prices.create(
        {
            "currency": "usd",
            "unit_amount": 500,
            "product_data": {"name": "Plan"},
            "recurring": {"interval": "month"},
        }
    )
    refusal = refused(shop, line_items=[{"price": price.id, "quantity": 1}])
    assert refusal.param == "line_items[0][price]"


def test_a_customer_excludes_an_email_and_a_new_customer(shop: Shop) -> None:
    customer = shop.stripe.customers.create({"email": "ann@example.com"})
    for rival in ({"customer_email": "bob@example.com"}, {"customer_creation": "always"}):
        refusal = refused(shop, customer=customer.id, **rival)
        assert refusal.param == next(iter(rival))


def test_sessions_are_listed_by_customer_status_and_email(shop: Shop) -> None:
    customer = shop.stripe.customers.create({"email": "ann@example.com"})
    own = shop.open_session(customer=customer.id)
    other = shop.open_session(customer_email="bob@example.com")
    shop.pay(other.id)
    sessions = shop.stripe.checkout.sessions

    def ids(**filters: Any) -> list[str]:
        return [session.id for session in sessions.list(filters).data]  # type: ignore[arg-type]

    assert ids() == [other.id, own.id]
    assert ids(customer=customer.id) == [own.id]
    assert ids(status="complete") == [other.id]
    assert ids(customer_details={"email": "bob@example.com"}) == [other.id]
    intent = sessions.retrieve(other.id).payment_intent
    assert ids(payment_intent=intent) == [other.id]


def test_metadata_of_a_session_can_be_changed(shop: Shop) -> None:
    session = shop.open_session(metadata={"keep": "1", "drop": "2"})
    changed = shop.stripe.checkout.sessions.update(
        session.id, {"metadata": {"drop": "", "new": "3"}}
    )
    assert changed.metadata and changed.metadata.to_dict() == {"keep": "1", "new": "3"}


def test_expiring_ends_a_session_once(shop: Shop) -> None:
    session = shop.open_session()
    expired = shop.stripe.checkout.sessions.expire(session.id)
    assert (expired.status, expired.payment_status, expired.url) == ("expired", "unpaid", None)
    assert shop.event_types() == ["checkout.session.expired"]
    with pytest.raises(stripe.InvalidRequestError):
        shop.stripe.checkout.sessions.expire(session.id)
    assert shop.pay(session.id).status_code == 400
    assert shop.event_types() == ["checkout.session.expired"]


def test_the_control_api_expires_a_session_without_a_key(shop: Shop) -> None:
    session = shop.open_session()
    answer = shop.http.post(f"/_sandbox/checkout/sessions/{session.id}/expire")
    assert (answer.status_code, answer.json()["session"]["status"]) == (200, "expired")
    assert shop.http.post("/_sandbox/checkout/sessions/cs_test_x/expire").status_code == 404


def test_expansions_that_a_mirror_asks_for(shop: Shop) -> None:
    customer = shop.stripe.customers.create({"email": "ann@example.com"})
    session = shop.open_session(customer=customer.id)
    shop.pay(session.id)
    wanted = [
        "line_items",
        "total_details.breakdown",
        "line_items.data.discounts",
        "line_items.data.price.product",
        "customer",
        "payment_intent.latest_charge.balance_transaction",
    ]
    opened = shop.stripe.checkout.sessions.retrieve(session.id, {"expand": wanted}).to_dict()
    [item] = opened["line_items"]["data"]
    assert item["discounts"] == []
    assert item["price"]["product"]["name"] == "500 credits"
    assert opened["total_details"]["breakdown"] == {"discounts": [], "taxes": []}
    assert opened["customer"]["email"] == "ann@example.com"
    assert opened["payment_intent"]["latest_charge"]["amount"] == 2500
    plain = shop.stripe.checkout.sessions.retrieve(session.id)
    assert "line_items" not in plain and plain.customer == customer.id


def test_a_list_expands_through_data(shop: Shop) -> None:
    shop.pay(shop.open_session().id)
    [session] = shop.stripe.checkout.sessions.list({"expand": ["data.payment_intent"]}).data
    assert isinstance(session.payment_intent, stripe.PaymentIntent)


@pytest.mark.parametrize("path", ["metadata.x", "id", "nothing", "payment_intent.a.b.c.d"])
def test_what_cannot_be_expanded_is_refused(shop: Shop, path: str) -> None:
    session = shop.open_session()
    shop.pay(session.id)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        shop.stripe.checkout.sessions.retrieve(session.id, {"expand": [path]})
    assert caught.value.param == "expand"
