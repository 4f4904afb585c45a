"""Bank accounts in Checkout: the session is complete before it is known whether it was paid."""

import pytest
import stripe

from stripe_sandbox.tests.shop import Shop, line

BANK = ["card", "us_bank_account"]
ASYNC_SUCCEEDED = "checkout.session.async_payment_succeeded"
ASYNC_FAILED = "checkout.session.async_payment_failed"


@pytest.fixture(autouse=True)
def quick_banks(shop: Shop) -> None:
    shop.switch(settlement_delay=0.3)


def test_a_debit_that_succeeds_pays_the_session_later(shop: Shop) -> None:
    """§8: completed with payment_status unpaid, later async_payment_succeeded."""
    session = shop.open_session(
        payment_method_types=BANK, payment_intent_data={"metadata": {"order": "7"}}
    )
    answer = shop.pay(session.id, card="us_bank_account:succeeds")
    assert answer.status_code == 200
    done = answer.json()["session"]
    assert (done["status"], done["payment_status"]) == ("complete", "unpaid")
    intent = shop.stripe.payment_intents.retrieve(done["payment_intent"])
    assert (intent.status, intent.payment_method_types) == ("processing", BANK)
    charge = shop.stripe.charges.retrieve(str(intent.latest_charge))
    assert (charge.status, charge.paid) == ("pending", False)

    told = shop.wait_for_event(ASYNC_SUCCEEDED)["data"]["object"]
    assert (told["payment_status"], told["id"]) == ("paid", session.id)
    shop.wait_for_event("charge.updated")
    assert sorted(shop.event_types()[:4]) == [
        "charge.pending",
        "checkout.session.completed",
        "payment_intent.created",
        "payment_intent.processing",
    ]
    assert shop.event_types()[4:] == [
        "charge.succeeded",
        "payment_intent.succeeded",
        ASYNC_SUCCEEDED,
        "charge.updated",
    ]
    [completed] = shop.events("checkout.session.completed")
    assert completed["data"]["object"]["payment_status"] == "unpaid"
    charge = shop.stripe.charges.retrieve(charge.id, {"expand": ["balance_transaction"]})
    assert (charge.status, charge.paid) == ("succeeded", True)
    transaction = charge.to_dict()["balance_transaction"]
    assert (transaction["type"], transaction["fee"], transaction["net"]) == ("payment", 20, 2480)
    refund = shop.stripe.refunds.create({"charge": charge.id})
    [back] = shop.stripe.balance_transactions.list({"source": refund.id}).data
    assert (back.type, back.net) == ("payment_refund", -2500)


def test_a_debit_that_fails_leaves_the_session_unpaid(shop: Shop) -> None:
    """§8: completed with payment_status unpaid, later async_payment_failed."""
    session = shop.open_session(payment_method_types=BANK)
    assert shop.pay(session.id, card="us_bank_account:fails").status_code == 200
    told = shop.wait_for_event(ASYNC_FAILED)["data"]["object"]
    assert (told["status"], told["payment_status"]) == ("complete", "unpaid")
    assert shop.event_types()[4:] == [
        "charge.failed",
        "payment_intent.payment_failed",
        ASYNC_FAILED,
    ]
    intent = shop.stripe.payment_intents.retrieve(told["payment_intent"]).to_dict()
    assert intent["status"] == "requires_payment_method"
    assert intent["last_payment_error"]["message"]
    charge = shop.stripe.charges.retrieve(intent["latest_charge"])
    assert (charge.status, charge.failure_code, charge.paid) == ("failed", "no_account", False)
    assert shop.stripe.balance_transactions.list().data == []
    assert shop.pay(session.id).status_code == 400


def test_the_page_offers_bank_accounts_where_the_session_takes_them(shop: Shop) -> None:
    customer = shop.stripe.customers.create({"email": "ann@example.com"})
    session = shop.open_session(customer=customer.id, payment_method_types=BANK)
    page = shop.http.get(f"/c/pay/{session.id}").text
    assert "Bank account: settles later" in page
    assert "Bank account: fails later" in page
    sent = {"test_card": "us_bank_account:succeeds"}
    answer = shop.http.post(f"/c/pay/{session.id}", data=sent)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("https://shop.example/thanks")
    assert shop.stripe.checkout.sessions.retrieve(session.id).payment_status == "unpaid"
    assert "already placed" in shop.http.get(f"/c/pay/{session.id}").text
    plain = shop.http.get(f"/c/pay/{shop.open_session().id}").text
    assert "Bank account" not in plain


def test_a_session_takes_only_what_it_was_opened_for(shop: Shop) -> None:
    cards = shop.open_session()
    assert shop.pay(cards.id, card="us_bank_account:succeeds").status_code == 400
    banks = shop.open_session(payment_method_types=["us_bank_account"])
    assert shop.pay(banks.id, card="4242424242424242").status_code == 400
    assert shop.pay(banks.id, card="us_bank_account:perhaps").status_code == 400
    assert shop.stripe.payment_intents.list().data == []
    with pytest.raises(stripe.InvalidRequestError):
        shop.open_session(payment_method_types=["sepa_debit"])


def test_a_pending_debit_can_neither_be_refunded_nor_disputed(shop: Shop) -> None:
    shop.switch(settlement_delay=60)
    session = shop.open_session(payment_method_types=BANK, line_items=[line(900)])
    done = shop.pay(session.id, card="us_bank_account:succeeds").json()["session"]
    [charge] = shop.stripe.charges.list().data
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.stripe.refunds.create({"charge": charge.id})
    assert refused.value.code == "charge_not_refundable"
    path = f"/_sandbox/charges/{charge.id}/dispute"
    assert shop.http.post(path, json={"reason": "fraudulent"}).status_code == 400
    assert (
        shop.call("POST", f"/v1/payment_intents/{done['payment_intent']}/cancel").status_code == 400
    )
