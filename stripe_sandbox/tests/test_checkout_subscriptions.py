"""Subscribing by Checkout: what exists before and after the payment, and what is told."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from stripe_sandbox.tests.plan_sale import nothing_begun, open_plan, paid, plan
from stripe_sandbox.tests.shop import Shop, line
from stripe_sandbox.tests.subscriber import DAY, START, Subscriber, item_of

MONTH = 31 * DAY
TOLD = [
    "charge.succeeded",
    "payment_method.attached",
    "customer.updated",
    "checkout.session.completed",
    "customer.subscription.created",
    "payment_intent.succeeded",
    "payment_intent.created",
    "invoice.created",
    "invoice.finalized",
    "invoice.paid",
    "invoice.payment_succeeded",
]


def test_a_paid_session_tells_its_events_in_stripes_order(shop: Shop) -> None:
    """[L] completed and subscription.created, active already, come before invoice.paid."""
    customer = shop.stripe.customers.create({"email": "ann@example.com"})
    session = open_plan(shop, customer=customer.id, subscription_data={"metadata": {"plan": "s"}})
    done = paid(shop, session)
    shop.wait_for_event("charge.updated")
    assert shop.event_types()[1:12] == TOLD
    told = {event["type"]: event["data"]["object"] for event in shop.events()}
    completed = told["checkout.session.completed"]
    assert completed["subscription"] == done["subscription"]["id"]
    assert completed["invoice"] == done["invoice"]["id"]
    assert (completed["payment_status"], completed["payment_intent"]) == ("paid", None)
    created = told["customer.subscription.created"]
    assert (created["status"], created["latest_invoice"]) == ("active", done["invoice"]["id"])
    assert created["metadata"] == {"plan": "s"}
    assert told["payment_intent.created"]["status"] == "requires_payment_method"
    [updated] = shop.events("customer.updated")
    assert updated["data"]["previous_attributes"] == {"currency": None}
    assert told["invoice.paid"]["parent"]["subscription_details"]["metadata"] == {"plan": "s"}


def test_invoice_payment_and_charge_are_told_later(shop: Shop) -> None:
    """[L] invoice_payment.paid comes after the switch's delay and names the intent."""
    shop.switch(invoice_payment_delay=0.2)
    done = paid(shop, open_plan(shop))
    payment = shop.wait_for_event("invoice_payment.paid")["data"]["object"]
    shop.wait_for_event("charge.updated")
    assert (payment["invoice"], payment["amount_paid"]) == (done["invoice"]["id"], 1999)
    assert set(shop.event_types()[12:]) == {"charge.updated", "invoice_payment.paid"}
    [charge] = shop.stripe.charges.list().data
    assert payment["payment"]["payment_intent"] == charge.payment_intent
    [listed] = done["invoice"]["payments"]["data"]
    assert (listed["id"], listed["status"]) == (payment["id"], "paid")


def test_a_guest_becomes_a_customer_whose_card_pays_the_subscription(shop: Shop) -> None:
    """[L] customer.created comes after payment_method.attached."""
    session = open_plan(shop, customer_email="bob@example.com")
    assert (session.customer_creation, session.customer) == ("always", None)
    done = paid(shop, session, name="Bob")
    assert shop.event_types()[:12] == [*TOLD[:2], "customer.created", *TOLD[2:]]
    customer, subscription = done["customer"], done["subscription"]
    assert (customer["email"], customer["name"], customer["currency"]) == (
        "bob@example.com",
        "Bob",
        "usd",
    )
    [method] = shop.stripe.customers.payment_methods.list(customer["id"]).data
    assert subscription["default_payment_method"] == method.id
    assert subscription["customer"] == customer["id"]
    [charge] = shop.stripe.charges.list().data
    assert (charge.customer, charge.amount) == (customer["id"], 1999)


def test_nothing_of_a_subscription_exists_before_it_is_paid(shop: Shop) -> None:
    """[D] Checkout makes the subscription after the payment only; a decline leaves none."""
    session = open_plan(shop)
    assert (session.subscription, session.invoice, session.invoice_creation) == (None, None, None)
    assert (session.amount_total, session.payment_method_collection) == (1999, "always")
    assert nothing_begun(shop) and shop.event_types() == []
    assert shop.pay(session.id, card="4000000000000002").status_code == 402
    assert nothing_begun(shop)
    left = shop.stripe.checkout.sessions.retrieve(session.id)
    assert (left.status, left.subscription, left.customer) == ("open", None, None)
    assert shop.stripe.customers.list().data == []


def test_declines_and_then_another_card_make_one_subscription(shop: Shop) -> None:
    session = open_plan(shop)
    for card in ("4000000000000002", "4000000000009995", "4000000000000341"):
        assert shop.pay(session.id, card=card).status_code == 402
    failed = shop.events("payment_intent.payment_failed")
    assert len(failed) == 3
    done = paid(shop, session)
    assert [each.id for each in shop.stripe.subscriptions.list().data] == [
        done["subscription"]["id"]
    ]
    [intent] = shop.stripe.payment_intents.list().data
    assert (intent.status, intent.description) == ("succeeded", "Subscription creation")
    assert intent.id == failed[0]["data"]["object"]["id"]
    assert [charge.paid for charge in shop.stripe.charges.list().data] == [True] + [False] * 3


def test_twenty_hands_pay_one_session_once(shop: Shop) -> None:
    session = open_plan(shop)
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: shop.pay(session.id), range(40)))
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 39
    assert len(shop.stripe.subscriptions.list().data) == 1
    assert len(shop.stripe.charges.list().data) == 1
    assert len(shop.stripe.invoices.list().data) == 1


def test_authentication_comes_before_the_subscription(shop: Shop) -> None:
    session = open_plan(shop, customer_email="bob@example.com")
    page = f"/c/pay/{session.id}"
    assert shop.http.post(page, data={"test_card": "4000002500003155"}).status_code == 303
    assert nothing_begun(shop)
    assert shop.event_types() == ["payment_intent.created", "payment_intent.requires_action"]
    failed = shop.http.post(f"{page}/authenticate", data={"result": "fail"})
    assert failed.status_code == 402 and nothing_begun(shop)
    done = paid(shop, session, card="4000002500003155")
    assert done["subscription"]["status"] == "active"
    method = done["subscription"]["default_payment_method"]
    wishes = {"customer": done["customer"]["id"], "payment_method": method, "off_session": True}
    charged = shop.stripe.payment_intents.create(
        {"amount": 900, "currency": "usd", "confirm": True, **wishes}  # type: ignore[typeddict-item]
    )
    assert charged.status == "succeeded"


def test_an_expired_session_begins_nothing(shop: Shop) -> None:
    session = open_plan(shop)
    shop.stripe.checkout.sessions.expire(session.id)
    assert shop.pay(session.id).status_code == 400
    assert nothing_begun(shop) and shop.stripe.charges.list().data == []


def test_the_first_invoice_is_the_sessions(shop: Shop) -> None:
    data = {
        "metadata": {"plan": "s"},
        "description": "Our plan",
        "billing_mode": {"type": "flexible"},
    }
    items = [plan(1999, "Starter", 2), line(500, "Setting up")]
    done = paid(shop, open_plan(shop, line_items=items, subscription_data=data))
    assert done["amount_total"] == 4498
    invoice, subscription = done["invoice"], done["subscription"]
    assert (invoice["status"], invoice["total"], invoice["amount_paid"]) == ("paid", 4498, 4498)
    assert invoice["billing_reason"] == "subscription_create"
    assert subscription["description"] == "Our plan"
    item = item_of(subscription)
    assert (item["quantity"], item["price"]["unit_amount"]) == (2, 1999)
    first, second = invoice["lines"]["data"]
    assert (first["amount"], first["description"]) == (3998, "2 × Starter")
    details = first["parent"]["subscription_item_details"]
    assert (details["subscription_item"], details["proration"]) == (item["id"], False)
    assert first["period"]["end"] == item["current_period_end"]
    assert (second["amount"], second["description"]) == (500, "Setting up")
    assert second["parent"]["type"] == "invoice_item_details"
    [intent] = shop.stripe.payment_intents.list().data
    assert intent.amount_received == 4498
    assert shop.event_types()[8:10] == ["invoiceitem.created", "invoice.created"]


def test_a_saved_customer_is_billed_on_by_their_clock(shop: Shop) -> None:
    buyer = Subscriber(shop, card=None)
    session = open_plan(
        shop,
        customer=buyer.customer,
        line_items=[{"price": buyer.prices["starter"], "quantity": 1}],
        expires_at=int(time.time()) + 1800,
    )
    done = paid(shop, session)
    item = item_of(done["subscription"])
    assert (item["current_period_start"], item["current_period_end"]) == (START, START + MONTH)
    buyer.advance(START + MONTH + 3600)
    renewal = buyer.invoices()[-1]
    assert (renewal["billing_reason"], renewal["status"]) == ("subscription_cycle", "paid")
    assert len(shop.stripe.charges.list({"customer": buyer.customer}).data) == 2


def test_a_session_is_found_by_its_subscription(shop: Shop) -> None:
    session = open_plan(shop)
    open_plan(shop)
    done = paid(shop, session)
    wanted = {"subscription": done["subscription"]["id"]}
    [found] = shop.stripe.checkout.sessions.list(wanted).data  # type: ignore[arg-type]
    assert found.id == session.id
    [item] = shop.stripe.checkout.sessions.line_items.list(session.id).data
    assert item.price and item.price.recurring and item.price.recurring.interval == "month"


def test_a_customer_deleted_meanwhile_cannot_pay(shop: Shop) -> None:
    customer = shop.stripe.customers.create().id
    session = open_plan(shop, customer=customer)
    shop.stripe.customers.delete(customer)
    answer = shop.pay(session.id)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "resource_missing")
    assert nothing_begun(shop)


def test_the_shop_may_let_the_name_be_kept(shop: Shop) -> None:
    customer = shop.stripe.customers.create({"email": "ann@example.com"}).id
    update = {"name": "auto", "address": "auto"}
    done = paid(shop, open_plan(shop, customer=customer, customer_update=update), name="Ann A.")
    assert done["customer"]["name"] == "Ann A."
    assert done["customer"]["address"]["country"] == "US"
    assert done["invoice"]["customer_name"] == "Ann A."


@pytest.mark.parametrize("path", ["confirm", "cancel"])
def test_an_open_sessions_intent_cannot_be_used_by_the_api(shop: Shop, path: str) -> None:
    session = open_plan(shop)
    shop.pay(session.id, card="4000000000000002")
    [intent] = shop.stripe.payment_intents.list().data
    sent = {"payment_method": "pm_card_visa"} if path == "confirm" else {}
    answer = shop.call("POST", f"/v1/payment_intents/{intent.id}/{path}", sent)
    assert answer.status_code == 400
    assert nothing_begun(shop)
