"""Single sales by Checkout: paid, declined, late, expired, at a discount."""

from __future__ import annotations

from typing import Any

from billing.tests.flows.steps import DECLINED, Flow, new_customer
from stripe_sandbox.tests.shop import Shop

BANK = ["card", "us_bank_account"]
THREE_D_SECURE = "4000000000003220"


def checkout_paid(shop: Shop) -> None:
    session = shop.open_session(
        customer=new_customer(shop),
        client_reference_id="7",
        metadata={"top_up": "7"},
        payment_intent_data={"metadata": {"top_up": "7"}},
    )
    assert shop.pay(session.id).status_code == 200
    shop.wait_for_event("charge.updated")


def checkout_paid_by_a_stranger(shop: Shop) -> None:
    assert shop.pay(shop.open_session().id, email="bob@example.com").status_code == 200
    session = shop.open_session(customer_creation="always")
    assert shop.pay(session.id, email="eve@example.com").status_code == 200
    shop.wait_for_event("charge.updated", 2)


def checkout_that_keeps_the_card(shop: Shop) -> None:
    session = shop.open_session(
        customer=new_customer(shop), payment_intent_data={"setup_future_usage": "off_session"}
    )
    assert shop.pay(session.id).status_code == 200
    shop.wait_for_event("payment_method.attached")


def checkout_declined(shop: Shop) -> None:
    session = shop.open_session(customer=new_customer(shop))
    assert shop.pay(session.id, card=DECLINED).status_code == 402
    shop.wait_for_event("payment_intent.payment_failed")


def checkout_with_three_d_secure(shop: Shop) -> None:
    session = shop.open_session(customer=new_customer(shop))
    failed = shop.pay(session.id, card=THREE_D_SECURE, three_d_secure="fail")
    assert failed.status_code == 402
    assert shop.pay(session.id, card=THREE_D_SECURE).status_code == 200
    shop.wait_for_event("checkout.session.completed")


def checkout_paid_later(shop: Shop) -> None:
    session = shop.open_session(customer=new_customer(shop), payment_method_types=BANK)
    assert shop.pay(session.id, card="us_bank_account:succeeds").status_code == 200
    shop.wait_for_event("checkout.session.async_payment_succeeded")
    shop.wait_for_event("charge.updated")


def checkout_failed_later(shop: Shop) -> None:
    session = shop.open_session(customer=new_customer(shop), payment_method_types=BANK)
    assert shop.pay(session.id, card="us_bank_account:fails").status_code == 200
    shop.wait_for_event("checkout.session.async_payment_failed")


def checkout_expired(shop: Shop) -> None:
    shop.stripe.checkout.sessions.expire(shop.open_session(customer=new_customer(shop)).id)
    shop.wait_for_event("checkout.session.expired")


def checkout_at_a_discount(shop: Shop) -> None:
    coupon = shop.stripe.coupons.create({"percent_off": 25})
    promotion: Any = {"type": "coupon", "coupon": coupon.id}
    code = shop.stripe.promotion_codes.create({"promotion": promotion, "code": "SPRING"})
    for discount in ({"coupon": coupon.id}, {"promotion_code": code.id}):
        session = shop.open_session(customer=new_customer(shop), discounts=[discount])
        assert shop.pay(session.id).status_code == 200
    shop.wait_for_event("charge.updated", 2)


def checkout_that_is_free(shop: Shop) -> None:
    coupon = shop.stripe.coupons.create({"percent_off": 100})
    session = shop.open_session(customer=new_customer(shop), discounts=[{"coupon": coupon.id}])
    assert shop.pay(session.id).status_code == 200
    shop.wait_for_event("checkout.session.completed")


def checkout_that_only_saves_a_card(shop: Shop) -> None:
    wishes: Any = {"mode": "setup", "currency": "usd", "customer": new_customer(shop)}
    session = shop.stripe.checkout.sessions.create(
        wishes | {"success_url": "https://shop.example/"}
    )
    assert shop.pay(session.id).status_code == 200
    shop.wait_for_event("checkout.session.completed")


def checkout_with_an_invoice(shop: Shop) -> None:
    invoice = {"enabled": True, "invoice_data": {"metadata": {"top_up": "7"}}}
    session = shop.open_session(customer=new_customer(shop), invoice_creation=invoice)
    assert shop.pay(session.id).status_code == 200
    shop.wait_for_event("invoice.paid")


FLOWS: list[Flow] = [
    checkout_paid,
    checkout_paid_by_a_stranger,
    checkout_that_keeps_the_card,
    checkout_declined,
    checkout_with_three_d_secure,
    checkout_paid_later,
    checkout_failed_later,
    checkout_expired,
    checkout_at_a_discount,
    checkout_that_is_free,
    checkout_that_only_saves_a_card,
    checkout_with_an_invoice,
]
