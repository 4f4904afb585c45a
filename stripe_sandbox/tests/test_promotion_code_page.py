"""Promotion codes on the hosted page, as a browser without JavaScript uses it."""

import re
from typing import Any

import httpx
import stripe

from stripe_sandbox.tests.shop import Shop
from stripe_sandbox.tests.test_checkout_page import form_fields, path_of
from stripe_sandbox.tests.test_promotion_codes import make

CARD = {"test_card": "4242424242424242"}


def session_for_codes(shop: Shop, **more: Any) -> stripe.checkout.Session:
    wishes = {"allow_promotion_codes": True, "customer_email": "bob@example.com", **more}
    return shop.open_session(**wishes)


def enter(shop: Shop, session: stripe.checkout.Session, word: str) -> httpx.Response:
    where = f"{path_of(session.url)}/promotion_code"
    return shop.http.post(where, data={"promotion_code": word})


def total_on(page: str) -> str:
    found = re.search(r'id="total">([^<]+)<', page)
    assert found
    return found[1]


def test_there_is_a_field_only_where_the_shop_allows_codes(shop: Shop) -> None:
    allowed, other = session_for_codes(shop), shop.open_session()
    assert allowed.allow_promotion_codes is True
    assert "promotion_code" in form_fields(shop.http.get(path_of(allowed.url)).text)
    assert "promotion_code" not in form_fields(shop.http.get(path_of(other.url)).text)
    make(shop, code="TWENTY")
    answer = enter(shop, other, "TWENTY")
    assert answer.status_code == 400
    assert shop.stripe.checkout.sessions.retrieve(other.id).amount_total == 2500


def test_a_code_lowers_the_total_is_paid_and_redeemed(shop: Shop) -> None:
    session, code = session_for_codes(shop), make(shop, code="TWENTY")
    path = path_of(session.url)
    entered = enter(shop, session, " twenty ")
    assert (entered.status_code, entered.headers["location"]) == (303, path)
    page = shop.http.get(path).text
    for text in ("TWENTY", "20% off", "−5.00 USD", "25.00 USD", "Pay 20.00 USD", "Remove"):
        assert text in page
    assert total_on(page) == "20.00 USD" and "promotion_code" not in form_fields(page)
    shown = shop.stripe.checkout.sessions.retrieve(session.id)
    assert (shown.amount_total, shown.amount_subtotal) == (2000, 2500)
    assert shown.to_dict()["discounts"] == [{"coupon": None, "promotion_code": code.id}]
    assert shop.stripe.promotion_codes.retrieve(code.id).times_redeemed == 0
    assert shop.http.post(path, data=CARD).status_code == 303
    assert [charge.amount for charge in shop.stripe.charges.list().data] == [2000]
    assert shop.stripe.promotion_codes.retrieve(code.id).times_redeemed == 1


def test_a_code_can_be_removed(shop: Shop) -> None:
    session = session_for_codes(shop)
    make(shop, code="TWENTY")
    enter(shop, session, "TWENTY")
    where = f"{path_of(session.url)}/promotion_code/remove"
    assert shop.http.post(where).status_code == 303
    page = shop.http.get(path_of(session.url)).text
    assert total_on(page) == "25.00 USD" and "promotion_code" in form_fields(page)
    wanted = {"expand": ["total_details.breakdown"]}
    shown = shop.stripe.checkout.sessions.retrieve(session.id, wanted).to_dict()  # type: ignore[arg-type]
    assert shown["discounts"] == [] and shown["total_details"]["breakdown"]["discounts"] == []


def test_the_shops_own_discount_cannot_be_removed(shop: Shop) -> None:
    code = make(shop)
    session = shop.open_session(discounts=[{"promotion_code": code.id}])
    page = shop.http.get(path_of(session.url)).text
    assert "Remove" not in page and total_on(page) == "20.00 USD"
    shop.http.post(f"{path_of(session.url)}/promotion_code/remove")
    assert shop.stripe.checkout.sessions.retrieve(session.id).amount_total == 2000


def test_a_code_that_cannot_be_used_is_explained_beside_its_field(shop: Shop) -> None:
    session = session_for_codes(shop)
    used = make(shop, code="USED", max_redemptions=1)
    shop.pay(shop.open_session(discounts=[{"promotion_code": used.id}]).id).raise_for_status()
    make(shop, code="OFF", active=False)
    make(shop, code="ANNS", customer=shop.stripe.customers.create().id)
    least = {"minimum_amount": 9900, "minimum_amount_currency": "usd"}
    make(shop, code="BIG", restrictions=least)
    euros = shop.stripe.coupons.create({"amount_off": 5, "currency": "eur"}).id
    make(shop, euros, code="EUROS")
    almost = shop.stripe.coupons.create({"amount_off": 2460, "currency": "usd"}).id
    make(shop, almost, code="ALMOST")
    for word, reason in {
        "": "no such promotion code",
        "UNKNOWN": "no such promotion code",
        "USED": "already used",
        "OFF": "not active",
        "ANNS": "another customer",
        "BIG": "minimum is 99.00 USD",
        "EUROS": "cannot be used for an order in USD",
        "ALMOST": "at least 50 cents",
    }.items():
        answer = enter(shop, session, word)
        assert answer.status_code == 400
        found = re.search(r'<p class="wrong" id="code-error">([^<]+)</p>', answer.text)
        assert found and reason in found[1], word
        assert 'aria-describedby="code-error"' in answer.text and f'value="{word}"' in answer.text
        assert total_on(answer.text) == "25.00 USD"
    assert shop.stripe.checkout.sessions.retrieve(session.id).to_dict()["discounts"] == []


def test_a_wrong_code_does_not_take_the_right_one_away(shop: Shop) -> None:
    session = session_for_codes(shop)
    make(shop, code="TWENTY")
    enter(shop, session, "TWENTY")
    assert enter(shop, session, "WRONG").status_code == 400
    assert shop.stripe.checkout.sessions.retrieve(session.id).amount_total == 2000


def test_what_was_typed_as_a_code_is_escaped(shop: Shop) -> None:
    assert "<b>" not in enter(shop, session_for_codes(shop), '"><b>x').text


def test_a_customers_own_code_is_meant_before_one_for_others(shop: Shop) -> None:
    ann, bob = (shop.stripe.customers.create().id for _ in range(2))
    own = make(shop, code="MINE", customer=ann)
    make(shop, code="MINE", customer=bob)
    session = shop.open_session(customer=ann, allow_promotion_codes=True)
    assert enter(shop, session, "mine").status_code == 303
    shown = shop.stripe.checkout.sessions.retrieve(session.id).to_dict()
    assert shown["discounts"] == [{"coupon": None, "promotion_code": own.id}]


def test_a_code_used_up_elsewhere_is_taken_off_at_the_moment_of_paying(shop: Shop) -> None:
    make(shop, code="ONCE", max_redemptions=1)
    first, second = session_for_codes(shop), session_for_codes(shop)
    for session in (first, second):
        enter(shop, session, "ONCE")
    assert shop.http.post(path_of(first.url), data=CARD).status_code == 303
    late = shop.http.post(path_of(second.url), data=CARD)
    assert late.status_code == 400 and 'role="alert"' in late.text
    assert "already used" in late.text and total_on(late.text) == "25.00 USD"
    assert shop.http.post(path_of(second.url), data=CARD).status_code == 303
    assert [charge.amount for charge in shop.stripe.charges.list().data] == [2500, 2000]


def test_a_code_entered_after_a_decline_changes_what_is_charged(shop: Shop) -> None:
    session = session_for_codes(shop)
    path = path_of(session.url)
    shop.http.post(path, data={"test_card": "4000000000000002"})
    make(shop, code="TWENTY")
    enter(shop, session, "TWENTY")
    assert shop.http.post(path, data=CARD).status_code == 303
    [intent] = shop.stripe.payment_intents.list().data
    assert (intent.amount, intent.amount_received, intent.status) == (2000, 2000, "succeeded")


def test_a_code_entered_while_the_bank_asks_ends_its_question(shop: Shop) -> None:
    session = session_for_codes(shop)
    path = path_of(session.url)
    shop.http.post(path, data={"test_card": "4000000000003220"})
    make(shop, code="TWENTY")
    enter(shop, session, "TWENTY")
    answer = shop.http.post(f"{path}/authenticate", data={"result": "complete"})
    assert (answer.status_code, answer.headers["location"]) == (303, path)
    assert shop.stripe.charges.list().data == []
    assert shop.http.post(path, data=CARD).status_code == 303
    assert [charge.amount for charge in shop.stripe.charges.list().data] == [2000]


def test_a_code_for_everything_makes_the_order_free(shop: Shop) -> None:
    session = session_for_codes(shop)
    path = path_of(session.url)
    shop.http.post(path, data={"test_card": "4000000000000002"})
    make(shop, shop.stripe.coupons.create({"percent_off": 100}).id, code="FREE")
    enter(shop, session, "FREE")
    page = shop.http.get(path).text
    assert "Complete order" in page and "test_card" not in form_fields(page)
    assert shop.http.post(path).status_code == 303
    done = shop.stripe.checkout.sessions.retrieve(session.id)
    assert (done.payment_status, done.payment_intent) == ("no_payment_required", None)
    assert [intent.status for intent in shop.stripe.payment_intents.list().data] == ["canceled"]


def test_a_session_that_is_closed_takes_no_code(shop: Shop) -> None:
    session = session_for_codes(shop)
    make(shop, code="TWENTY")
    shop.stripe.checkout.sessions.expire(session.id)
    assert enter(shop, session, "TWENTY").status_code == 409
    where = f"{path_of(session.url)}/promotion_code"
    assert shop.http.post(f"{where}/remove").status_code == 409
    for page in ("promotion_code", "promotion_code/remove"):
        assert shop.http.post(f"/c/pay/cs_test_none/{page}").status_code == 404
