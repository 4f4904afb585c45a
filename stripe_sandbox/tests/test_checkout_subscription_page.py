"""The hosted page where it sells subscriptions, as a browser without JavaScript uses it."""

from datetime import UTC, datetime

from stripe_sandbox.tests.plan_sale import open_plan, plan
from stripe_sandbox.tests.shop import Shop, line
from stripe_sandbox.tests.subscriber import DAY, START, Subscriber
from stripe_sandbox.tests.test_checkout_page import form_fields
from stripe_sandbox.tests.test_promotion_code_page import enter, total_on
from stripe_sandbox.tests.test_promotion_codes import make

CARD = {"test_card": "4242424242424242"}


def test_the_page_tells_the_price_its_rhythm_and_what_is_due_today(shop: Shop) -> None:
    session = open_plan(shop, line_items=[plan(1999, "Starter", 2), line(500, "Setting up")])
    page = shop.http.get(f"/c/pay/{session.id}").text
    for text in ("39.98 USD per month", "Total due today", "After that 39.98 USD per month"):
        assert text in page
    assert "until you cancel" in page and "Subscribe</button>" in page
    assert total_on(page) == "44.98 USD"
    assert form_fields(page) == {"email", "test_card", "card_number"}


def test_other_rhythms_are_named(shop: Shop) -> None:
    session = open_plan(shop, line_items=[plan(interval_count=3)])
    assert "19.99 USD every 3 months" in shop.http.get(f"/c/pay/{session.id}").text


def test_paying_on_the_page_begins_the_subscription(shop: Shop) -> None:
    session = open_plan(shop)
    page = f"/c/pay/{session.id}"
    nobody = shop.http.post(page, data=CARD)
    assert nobody.status_code == 400 and "Enter an e-mail address." in nobody.text
    answer = shop.http.post(page, data={"email": "bob@example.com", **CARD})
    assert answer.headers["location"].startswith("https://shop.example/thanks")
    [subscription] = shop.stripe.subscriptions.list().data
    customer = shop.stripe.customers.retrieve(str(subscription.customer))
    assert customer.email == "bob@example.com"
    assert "already begun" in shop.http.get(page).text
    assert shop.http.post(page, data=CARD).status_code == 409


def test_a_trial_tells_how_long_it_is_free(shop: Shop) -> None:
    session = open_plan(shop, subscription_data={"trial_period_days": 14})
    page = shop.http.get(f"/c/pay/{session.id}").text
    assert "14 days free, then 19.99 USD per month" in page
    assert "Start trial</button>" in page and total_on(page) == "0.00 USD"
    assert "test_card" in form_fields(page)
    buyer = Subscriber(shop, card=None)
    end = {"trial_end": START + 3 * DAY}
    session = open_plan(shop, customer=buyer.customer, subscription_data=end)
    day = datetime.fromtimestamp(START + 3 * DAY, UTC)
    assert f"Free until {day:%d %b %Y}" in shop.http.get(f"/c/pay/{session.id}").text


def test_a_code_lowers_what_is_due_and_what_comes_as_long_as_it_lasts(shop: Shop) -> None:
    session = open_plan(shop, allow_promotion_codes=True, customer_email="bob@example.com")
    make(shop, code="TWENTY")  # for one invoice
    forever = shop.stripe.coupons.create({"percent_off": 50, "duration": "forever"}).id
    make(shop, forever, code="HALF")
    path = f"/c/pay/{session.id}"
    enter(shop, session, "TWENTY")
    page = shop.http.get(path).text
    assert total_on(page) == "15.99 USD" and "After that 19.99 USD per month" in page
    shop.http.post(f"{path}/promotion_code/remove")
    enter(shop, session, "HALF")
    page = shop.http.get(path).text
    assert total_on(page) == "9.99 USD" and "After that 9.99 USD per month" in page
    assert shop.http.post(path, data=CARD).status_code == 303
    [charge] = shop.stripe.charges.list().data
    assert charge.amount == 999


def test_another_tab_may_pay_while_one_waits_for_the_bank(shop: Shop) -> None:
    session = open_plan(shop, customer_email="bob@example.com")
    path = f"/c/pay/{session.id}"
    asks, declines = {"test_card": "4000000000003220"}, {"test_card": "4000000000000002"}
    shop.http.post(path, data=asks)
    assert shop.http.post(path, data=declines).status_code == 402
    late = shop.http.post(f"{path}/authenticate", data={"result": "complete"})
    assert (late.status_code, late.headers["location"]) == (303, path)
    shop.http.post(path, data=asks)
    assert shop.http.post(path, data=CARD).status_code == 303
    assert shop.http.post(f"{path}/authenticate", data={"result": "complete"}).status_code == 409
    assert len(shop.stripe.subscriptions.list().data) == 1
