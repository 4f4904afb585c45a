"""Discounts and balances where Checkout sells a subscription."""

from stripe_sandbox.tests.plan_sale import open_plan, paid
from stripe_sandbox.tests.shop import Shop
from stripe_sandbox.tests.subscriber import Subscriber
from stripe_sandbox.tests.test_promotion_codes import make


def test_what_else_is_pending_waits_and_the_balance_is_settled(shop: Shop) -> None:
    buyer = Subscriber(shop, card=None)
    shop.stripe.customers.update(buyer.customer, {"balance": -500})
    session = open_plan(shop, customer=buyer.customer)
    assert session.amount_total == 1999
    page = shop.http.get(f"/c/pay/{session.id}").text
    assert "Your balance" in page and 'id="total">14.99 USD<' in page
    done = paid(shop, session)
    assert (done["invoice"]["total"], done["invoice"]["amount_paid"]) == (1999, 1499)
    assert [charge.amount for charge in shop.stripe.charges.list().data] == [1499]
    assert shop.stripe.customers.retrieve(buyer.customer).balance == 0


def test_a_balance_may_pay_all_of_it(shop: Shop) -> None:
    customer = shop.stripe.customers.create({"balance": -5000}).id
    done = paid(shop, open_plan(shop, customer=customer))
    assert (done["payment_status"], done["invoice"]["status"]) == ("paid", "paid")
    assert done["subscription"]["status"] == "active"
    assert done["subscription"]["default_payment_method"]
    assert shop.stripe.charges.list().data == []
    assert shop.stripe.customers.retrieve(customer).balance == -3001


def test_a_promotion_code_is_redeemed_and_goes_with_the_subscription(shop: Shop) -> None:
    code = make(shop, code="TWENTY")  # 20 % once
    session = open_plan(shop, discounts=[{"promotion_code": code.id}])
    assert session.amount_total == 1599
    assert shop.pay(session.id, card="4000000000000002").status_code == 402
    assert shop.stripe.promotion_codes.retrieve(code.id).times_redeemed == 0
    done = paid(shop, session)
    invoice = done["invoice"]
    assert (invoice["subtotal"], invoice["total"], invoice["amount_paid"]) == (1999, 1599, 1599)
    assert shop.stripe.promotion_codes.retrieve(code.id).times_redeemed == 1
    [born] = shop.events("customer.discount.created")
    discount = born["data"]["object"]
    assert discount["subscription"] == done["subscription"]["id"]
    assert (discount["promotion_code"], discount["checkout_session"]) == (code.id, None)
    assert done["subscription"]["discounts"] == []  # it was for one invoice
    assert invoice["total_discount_amounts"] == [{"amount": 400, "discount": discount["id"]}]


def test_a_lasting_discount_stays_on_the_subscription(shop: Shop) -> None:
    coupon = shop.stripe.coupons.create({"percent_off": 50, "duration": "forever"}).id
    done = paid(shop, open_plan(shop, discounts=[{"coupon": coupon}]))
    [kept] = done["subscription"]["discounts"]
    assert done["invoice"]["discounts"] == [kept]
    assert done["invoice"]["total"] == 999


def test_a_code_used_up_meanwhile_is_taken_off_before_anything_begins(shop: Shop) -> None:
    code = make(shop, code="ONCE", max_redemptions=1)
    first, second = (open_plan(shop, discounts=[{"promotion_code": code.id}]) for _ in range(2))
    paid(shop, first)
    answer = shop.pay(second.id)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "coupon_expired")
    assert len(shop.stripe.subscriptions.list().data) == 1
    done = paid(shop, second)
    assert (done["amount_total"], done["invoice"]["total"]) == (1999, 1999)
