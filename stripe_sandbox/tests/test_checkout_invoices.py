"""Invoices of what is sold once by Checkout."""

from typing import Any

import pytest
import stripe

from stripe_sandbox.tests.shop import Json, Shop, line

TOLD = [
    "charge.succeeded",
    "payment_intent.succeeded",
    "payment_intent.created",
    "checkout.session.completed",
    "invoiceitem.created",
    "invoice.created",
    "invoice.finalized",
    "invoice.paid",
    "invoice.payment_succeeded",
]


def open_with_invoice(shop: Shop, **more: Any) -> stripe.checkout.Session:
    data = more.pop("invoice_data", {})
    creation = {"enabled": True, "invoice_data": data} if data else {"enabled": True}
    return shop.open_session(invoice_creation=creation, **more)


def paid(shop: Shop, session: stripe.checkout.Session) -> Json:
    shop.pay(session.id).raise_for_status()
    wanted = ["invoice.payments", "customer"]
    return shop.stripe.checkout.sessions.retrieve(session.id, {"expand": wanted}).to_dict()


def test_a_paid_session_has_a_paid_invoice(shop: Shop) -> None:
    shop.switch(invoice_payment_delay=0.2)
    customer = shop.stripe.customers.create({"email": "ann@example.com"}).id
    data = {
        "description": "Thanks",
        "footer": "VAT 7",
        "metadata": {"order": "7"},
        "custom_fields": [{"name": "PO", "value": "99"}],
    }
    session = open_with_invoice(
        shop, customer=customer, line_items=[line(2500, "500 credits", 2)], invoice_data=data
    )
    assert session.invoice is None
    done = paid(shop, session)
    assert shop.event_types()[1:10] == TOLD
    invoice = done["invoice"]
    assert (invoice["status"], invoice["total"], invoice["amount_paid"]) == ("paid", 5000, 5000)
    assert (invoice["billing_reason"], invoice["parent"]) == ("manual", None)
    assert {name: invoice[name] for name in data} == data
    assert invoice["customer"] == customer
    page = shop.http.get(invoice["hosted_invoice_url"]).text
    assert all(f"<d{each}</d" in page for each in ("t>PO", "d>99")) and "VAT 7" in page
    [row] = invoice["lines"]["data"]
    assert (row["description"], row["quantity"], row["amount"]) == ("500 credits", 2, 5000)
    [payment] = invoice["payments"]["data"]
    assert payment["payment"]["payment_intent"] == done["payment_intent"]
    told = shop.wait_for_event("invoice_payment.paid")["data"]["object"]
    assert (told["invoice"], told["amount_paid"]) == (invoice["id"], 5000)
    [completed] = shop.events("checkout.session.completed")
    assert completed["data"]["object"]["invoice"] == invoice["id"]


def test_an_invoice_makes_the_guest_a_customer(shop: Shop) -> None:
    done = paid(shop, open_with_invoice(shop, customer_email="bob@example.com"))
    assert done["invoice"]["customer_email"] == "bob@example.com"
    assert done["customer"]["id"] == done["invoice"]["customer"]


def test_no_invoice_is_made_before_or_without_a_payment(shop: Shop) -> None:
    session = open_with_invoice(shop)
    assert shop.pay(session.id, card="4000000000000002").status_code == 402
    assert shop.stripe.invoices.list().data == []
    shop.stripe.checkout.sessions.expire(session.id)
    assert shop.stripe.invoices.list().data == []
    other = shop.open_session(invoice_creation={"enabled": False})
    assert paid(shop, other)["invoice"] is None


def test_the_invoice_shows_the_discount_and_leaves_the_balance(shop: Shop) -> None:
    customer = shop.stripe.customers.create({"balance": -700}).id
    coupon = shop.stripe.coupons.create({"percent_off": 20}).id
    session = open_with_invoice(shop, customer=customer, discounts=[{"coupon": coupon}])
    invoice = paid(shop, session)["invoice"]
    assert (invoice["subtotal"], invoice["total"], invoice["amount_paid"]) == (2500, 2000, 2000)
    assert [each["amount"] for each in invoice["total_discount_amounts"]] == [500]
    assert shop.stripe.customers.retrieve(customer).balance == -700
    assert [charge.amount for charge in shop.stripe.charges.list().data] == [2000]


def test_a_sale_for_nothing_has_an_invoice_over_nothing(shop: Shop) -> None:
    done = paid(shop, open_with_invoice(shop, line_items=[line(0)]))
    assert (done["invoice"]["status"], done["invoice"]["amount_paid"]) == ("paid", 0)
    assert done["invoice"]["payments"]["data"] == []


@pytest.mark.parametrize("choice", ["succeeds", "fails"])
def test_a_debit_is_invoiced_once_it_has_succeeded(shop: Shop, choice: str) -> None:
    shop.switch(settlement_delay=0.2)
    session = open_with_invoice(shop, payment_method_types=["us_bank_account"])
    shop.pay(session.id, card=f"us_bank_account:{choice}").raise_for_status()
    assert shop.stripe.invoices.list().data == []
    outcome = {"succeeds": "async_payment_succeeded", "fails": "async_payment_failed"}[choice]
    told = shop.wait_for_event(f"checkout.session.{outcome}")["data"]["object"]
    invoices = shop.stripe.invoices.list().data
    if choice == "fails":
        assert (invoices, told["invoice"]) == ([], None)
    else:
        assert [told["invoice"]] == [invoice.id for invoice in invoices]
        assert invoices[0].status == "paid"
