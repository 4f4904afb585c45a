"""Invoice items: amounts that wait for an invoice, or are added to a draft."""

from typing import Any

import pytest
import stripe

from stripe_sandbox.tests.shop import Shop
from stripe_sandbox.tests.subscriber import DAY, HOUR, START, Subscriber


@pytest.fixture
def buyer(shop: Shop) -> Subscriber:
    return Subscriber(shop)


def make(buyer: Subscriber, **wishes: Any) -> stripe.InvoiceItem:
    """Make an item of the buyer."""
    item = {"customer": buyer.customer, **wishes}
    return buyer.shop.stripe.invoice_items.create(item)  # type: ignore[arg-type]


def test_an_item_is_an_amount_a_price_or_a_price_made_inline(buyer: Subscriber) -> None:
    api = buyer.shop.stripe
    product = api.products.create({"name": "Setting up"})
    price = api.prices.create({"product": product.id, "currency": "usd", "unit_amount": 700})
    inline = {"product": product.id, "currency": "usd", "unit_amount": 250}
    assert make(buyer, amount=500, currency="usd").amount == 500
    by_price = make(buyer, pricing={"price": price.id}, quantity=2)
    assert (by_price.amount, by_price.description) == (1400, "Setting up")
    assert make(buyer, price_data=inline, quantity=4).amount == 1000
    assert make(buyer, unit_amount_decimal="12.5", quantity=3, currency="usd").amount == 38


def test_items_wait_for_the_next_renewal(buyer: Subscriber) -> None:
    subscription = buyer.subscribe()
    item = make(buyer, amount=500, currency="usd", subscription=subscription.id)
    buyer.advance(START + 31 * DAY + HOUR)
    renewal = buyer.invoices()[-1]
    assert renewal["total"] == 2499
    assert buyer.shop.stripe.invoice_items.retrieve(item.id).invoice == renewal["id"]


def test_a_waiting_item_can_be_changed_and_deleted(buyer: Subscriber) -> None:
    api, item = buyer.shop.stripe.invoice_items, make(buyer, amount=500, currency="usd")
    changed = api.update(item.id, {"amount": 600, "description": "More", "metadata": {"a": "b"}})
    assert (changed.amount, changed.description) == (600, "More")
    assert [each.id for each in api.list({"customer": buyer.customer})] == [item.id]
    assert api.delete(item.id).deleted
    assert api.list({"customer": buyer.customer}).data == []
    assert buyer.shop.events("invoiceitem.deleted")


def test_an_item_of_a_finalized_invoice_stays_as_it_is(buyer: Subscriber) -> None:
    api, item = buyer.shop.stripe, make(buyer, amount=500, currency="usd")
    draft = api.invoices.create(
        {"customer": buyer.customer, "pending_invoice_items_behavior": "include"}
    )
    assert api.invoice_items.update(item.id, {"amount": 700}).amount == 700
    assert api.invoices.retrieve(str(draft.id)).total == 700
    api.invoices.finalize_invoice(str(draft.id))
    with pytest.raises(stripe.InvalidRequestError):
        api.invoice_items.update(item.id, {"amount": 900})
    with pytest.raises(stripe.InvalidRequestError):
        api.invoice_items.delete(item.id)


@pytest.mark.parametrize(
    ("wishes", "param"),
    [
        ({}, "amount"),
        ({"amount": 5, "pricing": {"price": "p"}}, "pricing"),
        ({"pricing": {"price": "price_none"}}, "pricing"),
        ({"amount": 5, "invoice": "in_none"}, "invoice"),
        ({"amount": 5, "subscription": "sub_none"}, "subscription"),
        ({"amount": 5, "quantity": 2}, "quantity"),
        ({"amount": 5, "tax_rates": ["txr_1"]}, "tax_rates"),
        ({"amount": "five"}, "amount"),
    ],
)
def test_what_no_item_can_be_is_refused(
    buyer: Subscriber, wishes: dict[str, Any], param: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        make(buyer, **{"currency": "usd", **wishes})
    assert (refused.value.param or "").startswith(param)
    assert buyer.shop.stripe.invoice_items.list().data == []
