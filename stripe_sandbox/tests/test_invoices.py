"""Invoices by the API: made, finalized, paid, given up."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import stripe

from stripe_sandbox.tests.shop import Json, Shop
from stripe_sandbox.tests.subscriber import DAY, HOUR, START, Subscriber

EXTRA_BALANCE = 3000


@pytest.fixture
def buyer(shop: Shop) -> Subscriber:
    return Subscriber(shop)


def bill(buyer: Subscriber, cents: int = 2500, **more: Any) -> Json:
    """Make an item and a draft over it."""
    api = buyer.shop.stripe
    wishes = {"customer": buyer.customer, "amount": cents, "currency": "usd"}
    api.invoice_items.create(wishes)  # type: ignore[arg-type]
    terms = {"customer": buyer.customer, "pending_invoice_items_behavior": "include", **more}
    return api.invoices.create(terms).to_dict()  # type: ignore[arg-type]


def opened(buyer: Subscriber, cents: int = 2500, **more: Any) -> Json:
    """Make an open invoice."""
    draft = bill(buyer, cents, **more)
    return buyer.shop.stripe.invoices.finalize_invoice(draft["id"]).to_dict()


def test_an_invoice_goes_from_draft_to_paid(buyer: Subscriber) -> None:
    api, before = buyer.shop.stripe.invoices, len(buyer.shop.event_types())
    draft = bill(buyer, description="Credits", metadata={"order": "7"}, auto_advance=False)
    assert (draft["status"], draft["number"], draft["total"]) == ("draft", None, 2500)
    invoice = api.finalize_invoice(draft["id"])
    assert (invoice.status, invoice.amount_due, invoice.amount_remaining) == ("open", 2500, 2500)
    assert invoice.hosted_invoice_url
    paid = api.pay(draft["id"], {"expand": ["payments.data.payment.payment_intent"]}).to_dict()
    assert (paid["status"], paid["amount_paid"], paid["amount_remaining"]) == ("paid", 2500, 0)
    [payment] = paid["payments"]["data"]
    assert payment["payment"]["payment_intent"]["status"] == "succeeded"
    assert buyer.told_since(before) == [
        "invoiceitem.created",
        "invoice.created",
        "invoice.finalized",
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "invoice.paid",
        "invoice.payment_succeeded",
    ]
    with pytest.raises(stripe.InvalidRequestError):
        api.pay(draft["id"])


def test_numbers_count_up_by_customer(buyer: Subscriber) -> None:
    numbers = [opened(buyer)["number"] for _ in range(3)]
    prefix = numbers[0].rsplit("-", 1)[0]
    assert numbers == [f"{prefix}-{count:04}" for count in (1, 2, 3)]


def test_a_payment_is_found_from_its_invoice_and_from_its_intent(buyer: Subscriber) -> None:
    api = buyer.shop.stripe
    invoice = opened(buyer)
    [payment] = api.invoice_payments.list({"invoice": invoice["id"]}).data
    assert (payment.status, payment.amount_requested) == ("open", 2500)
    api.invoices.pay(invoice["id"])
    intent_id = str(payment.payment.payment_intent)
    found = api.invoice_payments.list(
        {"payment": {"type": "payment_intent", "payment_intent": intent_id}}
    )
    assert [each.id for each in found] == [payment.id]
    paid = api.invoice_payments.retrieve(payment.id, {"expand": ["invoice"]}).to_dict()
    assert (paid["status"], paid["amount_paid"]) == ("paid", 2500)
    assert paid["invoice"]["status"] == "paid"


def test_a_declined_card_leaves_the_invoice_open(shop: Shop) -> None:
    buyer = Subscriber(shop, card="pm_card_chargeCustomerFail")
    invoice = opened(buyer)
    with pytest.raises(stripe.CardError) as refused:
        shop.stripe.invoices.pay(invoice["id"])
    assert (refused.value.http_status, refused.value.code) == (402, "card_declined")
    after = shop.stripe.invoices.retrieve(invoice["id"])
    assert (after.status, after.attempted, after.attempt_count) == ("open", True, 1)
    assert shop.event_types()[-1] == "invoice.payment_failed"
    method = buyer.keep("pm_card_visa")
    paid = shop.stripe.invoices.pay(invoice["id"], {"payment_method": method})
    assert paid.status == "paid"


def test_a_card_that_asks_for_its_owner_waits_for_them(shop: Shop) -> None:
    buyer = Subscriber(shop, card="pm_card_authenticationRequired")
    invoice = opened(buyer)
    with pytest.raises(stripe.CardError) as refused:
        shop.stripe.invoices.pay(invoice["id"])
    assert refused.value.code == "invoice_payment_intent_requires_action"
    assert shop.events("invoice.payment_action_required")
    [intent] = shop.stripe.payment_intents.list().data
    assert intent.next_action and intent.next_action.redirect_to_url
    page = str(intent.next_action.redirect_to_url.url)
    answer = shop.http.post(page.removeprefix(shop.url), data={"result": "complete"})
    assert answer.status_code in (200, 303)
    assert shop.stripe.invoices.retrieve(invoice["id"]).status == "paid"
    assert len(shop.events("invoice.paid")) == 1


def test_an_invoice_can_be_paid_elsewhere(buyer: Subscriber) -> None:
    invoice = opened(buyer)
    paid = buyer.shop.stripe.invoices.pay(invoice["id"], {"paid_out_of_band": True})
    assert (paid.status, paid.amount_paid) == ("paid", 2500)
    assert buyer.shop.stripe.charges.list().data == []
    assert buyer.shop.events("invoice.paid")


def test_a_void_invoice_is_owed_no_more(buyer: Subscriber) -> None:
    api, invoice = buyer.shop.stripe.invoices, opened(buyer)
    void = api.void_invoice(invoice["id"])
    assert void.status == "void"
    for refuse in (api.pay, api.void_invoice, api.finalize_invoice, api.delete):
        with pytest.raises(stripe.InvalidRequestError):
            refuse(invoice["id"])
    [intent] = buyer.shop.stripe.payment_intents.list().data
    assert intent.status == "canceled"


def test_an_uncollectible_invoice_can_still_be_paid(buyer: Subscriber) -> None:
    api, invoice = buyer.shop.stripe.invoices, opened(buyer)
    assert api.mark_uncollectible(invoice["id"]).status == "uncollectible"
    assert buyer.shop.events("invoice.marked_uncollectible")
    assert api.pay(invoice["id"]).status == "paid"


def test_a_draft_can_be_changed_and_deleted(buyer: Subscriber) -> None:
    api, draft = buyer.shop.stripe.invoices, bill(buyer)
    changed = api.update(draft["id"], {"description": "Other", "metadata": {"a": "b"}})
    assert changed.description == "Other"
    buyer.shop.stripe.invoice_items.create(
        {
            "customer": buyer.customer,
            "invoice": draft["id"],
            "amount": 500,
            "currency": "usd",
        }
    )
    assert api.retrieve(draft["id"]).total == 3000
    assert api.delete(draft["id"]).deleted
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.retrieve(draft["id"])
    assert refused.value.http_status == 404
    again = bill(buyer, 100)
    assert again["total"] == 3100


def test_a_draft_that_advances_by_itself_is_collected_an_hour_later(buyer: Subscriber) -> None:
    draft = bill(buyer, auto_advance=True)
    assert draft["automatically_finalizes_at"] == START + HOUR
    buyer.advance(START + HOUR - 1)
    assert buyer.invoices()[-1]["status"] == "draft"
    buyer.advance(START + HOUR)
    assert buyer.invoices()[-1]["status"] == "paid"


def test_an_invoice_by_mail_falls_due(buyer: Subscriber) -> None:
    draft = bill(buyer, collection_method="send_invoice", days_until_due=14)
    sent = buyer.shop.stripe.invoices.send_invoice(draft["id"])
    assert (sent.status, sent.due_date) == ("open", START + 14 * DAY)
    assert buyer.shop.events("invoice.sent")
    found = buyer.shop.stripe.invoices.list({"due_date": {"lte": START + 14 * DAY}})
    assert [each.id for each in found] == [draft["id"]]


def test_what_is_too_little_to_charge_waits_in_the_balance(buyer: Subscriber) -> None:
    invoice = opened(buyer, 30)
    assert (invoice["status"], invoice["amount_due"], invoice["ending_balance"]) == ("paid", 0, 30)
    assert buyer.shop.stripe.charges.list().data == []
    later = opened(buyer, 100)
    assert (later["amount_due"], later["ending_balance"]) == (130, 0)


def test_what_is_owed_to_a_customer_pays_first(buyer: Subscriber) -> None:
    buyer.shop.stripe.customers.update(buyer.customer, {"balance": -EXTRA_BALANCE})
    first = opened(buyer, 2500)
    assert (first["status"], first["amount_due"], first["ending_balance"]) == ("paid", 0, -500)
    second = opened(buyer, 2500)
    assert (second["status"], second["amount_due"], second["ending_balance"]) == ("open", 2000, 0)


def test_discounts_are_taken_off_one_after_the_other(buyer: Subscriber) -> None:
    api = buyer.shop.stripe
    half = api.coupons.create({"percent_off": 50, "duration": "once"})
    five = api.coupons.create({"amount_off": 500, "currency": "usd", "duration": "once"})
    invoice = bill(buyer, discounts=[{"coupon": half.id}, {"coupon": five.id}])
    assert (invoice["subtotal"], invoice["total"]) == (2500, 750)
    assert [each["amount"] for each in invoice["total_discount_amounts"]] == [1250, 500]
    [line] = invoice["lines"]["data"]
    assert [each["amount"] for each in line["discount_amounts"]] == [1250, 500]


def test_long_invoices_are_listed_by_pages(buyer: Subscriber) -> None:
    api = buyer.shop.stripe
    for cents in range(100, 112):
        api.invoice_items.create({"customer": buyer.customer, "amount": cents, "currency": "usd"})
    draft = bill(buyer, 112)
    assert (len(draft["lines"]["data"]), draft["lines"]["has_more"]) == (10, True)
    lines = api.invoices.line_items.list(draft["id"], {"limit": 5})
    assert sum(line.amount for line in lines.auto_paging_iter()) == draft["total"]


def test_invoices_are_found_by_customer_status_and_subscription(buyer: Subscriber) -> None:
    subscription = buyer.subscribe()
    draft = bill(buyer)
    api = buyer.shop.stripe.invoices
    assert [each.id for each in api.list({"status": "draft"})] == [draft["id"]]
    [found] = api.list({"subscription": subscription.id, "customer": buyer.customer}).data
    assert found.status == "paid"
    assert api.list({"customer": "cus_none"}).data == []


def test_two_who_pay_at_once_pay_once(buyer: Subscriber) -> None:
    path = f"/v1/invoices/{opened(buyer)['id']}/pay"
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: buyer.shop.call("POST", path), range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 7
    assert len(buyer.shop.stripe.charges.list().data) == 1


@pytest.mark.parametrize(
    ("wishes", "param"),
    [
        ({"customer": "cus_none"}, "customer"),
        ({"collection_method": "send_invoice"}, "days_until_due"),
        ({"days_until_due": 3}, "days_until_due"),
        ({"default_payment_method": "pm_none"}, "default_payment_method"),
        ({"discounts": [{"coupon": "none"}]}, "discounts[0][coupon]"),
        ({"subscription": "sub_none"}, "subscription"),
        ({"number": "MINE-1"}, "number"),
        ({"surprise": "1"}, "surprise"),
    ],
)
def test_what_no_invoice_can_be_is_refused(
    buyer: Subscriber, wishes: dict[str, Any], param: str
) -> None:
    before = len(buyer.shop.event_types())
    with pytest.raises(stripe.InvalidRequestError) as refused:
        buyer.shop.stripe.invoices.create({"customer": buyer.customer, **wishes})  # type: ignore[arg-type]
    assert refused.value.param == param
    assert buyer.told_since(before) == []
    assert buyer.invoices() == []


def test_a_finalized_invoice_can_hardly_be_changed(buyer: Subscriber) -> None:
    api, invoice = buyer.shop.stripe.invoices, opened(buyer)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.update(invoice["id"], {"description": "later"})
    assert refused.value.code == "invoice_not_editable"
    noted = api.update(invoice["id"], {"metadata": {"seen": "yes"}}).to_dict()
    assert noted["metadata"] == {"seen": "yes"}
