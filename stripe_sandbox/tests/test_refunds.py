"""Refunds: money back, what it does to the charge and the balance, and late answers of banks."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import stripe

from stripe_sandbox.tests.shop import Shop


@pytest.fixture(autouse=True)
def quick_banks(shop: Shop) -> None:
    shop.switch(refund_delay=0.05)


def net_of(shop: Shop, source: str) -> list[int]:
    """Return what each balance transaction of a source moved, oldest first."""
    found = shop.stripe.balance_transactions.list({"source": source}).data
    return [transaction.net for transaction in found][::-1]


def refund_types(shop: Shop) -> list[str]:
    return [each for each in shop.event_types() if "refund" in each or each == "charge.updated"]


def test_a_full_refund_tells_its_events_in_stripes_order(shop: Shop) -> None:
    """[L] refund.created, charge.refunded, refund.updated, charge.refund.updated."""
    charge = shop.charge()
    shop.wait_for_event("charge.updated")
    refund = shop.stripe.refunds.create(
        {
            "payment_intent": charge["payment_intent"],
            "reason": "requested_by_customer",
            "metadata": {"order": "7"},
        }
    ).to_dict()
    assert (refund["amount"], refund["status"], refund["charge"]) == (
        2500,
        "succeeded",
        charge["id"],
    )
    assert (refund["reason"], refund["metadata"]) == ("requested_by_customer", {"order": "7"})
    shop.wait_for_event("charge.refund.updated")
    assert shop.event_types()[-4:] == [
        "refund.created",
        "charge.refunded",
        "refund.updated",
        "charge.refund.updated",
    ]
    after = shop.stripe.charges.retrieve(charge["id"])
    assert (after.refunded, after.amount_refunded, after.status) == (True, 2500, "succeeded")
    assert net_of(shop, charge["id"]) == [2397]
    assert net_of(shop, refund["id"]) == [-2500]
    [told] = shop.events("charge.refunded")
    assert told["data"]["object"]["amount_refunded"] == 2500


def test_the_banks_reference_comes_later(shop: Shop) -> None:
    refund = shop.stripe.refunds.create({"charge": shop.charge()["id"]}).to_dict()
    assert refund["destination_details"]["card"]["reference_status"] == "pending"
    told = shop.wait_for_event("refund.updated")["data"]
    assert told["object"]["destination_details"]["card"]["reference_status"] == "available"
    assert told["previous_attributes"]["destination_details"]["card"] == {
        "reference": None,
        "reference_status": "pending",
    }


def test_partial_refunds_add_up_until_nothing_is_left(shop: Shop) -> None:
    charge_id = shop.charge()["id"]
    first = shop.stripe.refunds.create({"charge": charge_id, "amount": 1000})
    after = shop.stripe.charges.retrieve(
        charge_id, {"expand": ["refunds.data.balance_transaction"]}
    )
    assert (after.refunded, after.amount_refunded) == (False, 1000)
    [shown] = after.to_dict()["refunds"]["data"]
    assert (shown["id"], shown["balance_transaction"]["net"]) == (first.id, -1000)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.stripe.refunds.create({"charge": charge_id, "amount": 1501})
    assert (refused.value.http_status, refused.value.param) == (400, "amount")
    second = shop.stripe.refunds.create({"charge": charge_id})
    assert second.amount == 1500
    after = shop.stripe.charges.retrieve(charge_id)
    assert (after.refunded, after.amount_refunded) == (True, 2500)
    for amount in (None, 1):
        wishes: Any = {"charge": charge_id} | ({"amount": amount} if amount else {})
        with pytest.raises(stripe.InvalidRequestError) as refused:
            shop.stripe.refunds.create(wishes)
        assert (refused.value.http_status, refused.value.code) == (400, "charge_already_refunded")
    assert len(shop.events("refund.created")) == 2


def test_two_hands_refund_a_charge_once(shop: Shop) -> None:
    charge_id = shop.charge()["id"]

    def refund(_: int) -> int:
        pairs = {"charge": charge_id}
        return shop.call("POST", "/v1/refunds", pairs).status_code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(refund, range(2))) == [200, 400]
    after = shop.stripe.charges.retrieve(charge_id)
    assert (after.amount_refunded, after.refunded) == (2500, True)
    assert len(shop.stripe.refunds.list().data) == 1
    assert len(shop.stripe.balance_transactions.list({"type": "refund"}).data) == 1


def test_a_refund_may_fail_later(shop: Shop) -> None:
    """§8: an asynchronous failure tells refund.updated, then refund.failed."""
    charge = shop.charge("pm_card_refundFail")
    shop.wait_for_event("charge.updated")
    refund = shop.stripe.refunds.create({"charge": charge["id"], "amount": 1000})
    assert refund.status == "succeeded"
    assert shop.stripe.charges.retrieve(charge["id"]).amount_refunded == 1000
    failed = shop.wait_for_event("refund.failed")["data"]["object"]
    assert (failed["status"], failed["failure_reason"]) == ("failed", "expired_or_canceled_card")
    after = shop.stripe.charges.retrieve(charge["id"])
    assert (after.amount_refunded, after.refunded) == (0, False)
    assert net_of(shop, refund.id) == [-1000, 1000]
    back = shop.stripe.balance_transactions.retrieve(failed["failure_balance_transaction"])
    assert (back.type, back.net) == ("refund_failure", 1000)
    assert refund_types(shop)[1:] == [
        "refund.created",
        "charge.refunded",
        "refund.updated",
        "charge.refund.updated",
        "charge.updated",
        "refund.failed",
    ]
    assert shop.stripe.refunds.create({"charge": charge["id"]}).amount == 2500


def test_a_refund_may_be_pending_and_succeed_later(shop: Shop) -> None:
    charge_id = shop.charge("pm_card_pendingRefund")["id"]
    refund = shop.stripe.refunds.create({"charge": charge_id}).to_dict()
    assert (refund["status"], refund["pending_reason"]) == ("pending", "processing")
    assert shop.stripe.charges.retrieve(charge_id).refunded
    told = shop.wait_for_event("charge.refund.updated")["data"]
    assert told["object"]["status"] == "succeeded"
    assert told["previous_attributes"]["status"] == "pending"
    assert shop.stripe.refunds.retrieve(refund["id"]).status == "succeeded"
    assert net_of(shop, refund["id"]) == [-2500]


def test_only_a_pending_refund_can_be_canceled(shop: Shop) -> None:
    shop.switch(refund_delay=60)
    charge_id = shop.charge("pm_card_pendingRefund")["id"]
    refund = shop.stripe.refunds.create({"charge": charge_id, "amount": 700})
    assert shop.stripe.refunds.cancel(refund.id).status == "canceled"
    after = shop.stripe.charges.retrieve(charge_id)
    assert (after.amount_refunded, after.refunded) == (0, False)
    assert net_of(shop, refund.id) == [-700, 700]
    for refund_id in (
        refund.id,
        shop.stripe.refunds.create({"charge": shop.charge()["id"]}).id,
    ):
        with pytest.raises(stripe.InvalidRequestError):
            shop.stripe.refunds.cancel(refund_id)


def test_refunds_are_listed_and_their_metadata_changed(shop: Shop) -> None:
    shop.switch(refund_delay=60)
    charge, other = shop.charge(), shop.charge()
    first = shop.stripe.refunds.create({"charge": charge["id"], "amount": 100})
    second = shop.stripe.refunds.create({"charge": charge["id"], "amount": 200})
    foreign = shop.stripe.refunds.create({"payment_intent": other["payment_intent"]})
    listed = shop.stripe.refunds
    assert [each.id for each in listed.list().data] == [foreign.id, second.id, first.id]
    assert [each.id for each in listed.list({"charge": charge["id"]}).data] == [
        second.id,
        first.id,
    ]
    by_intent = listed.list({"payment_intent": other["payment_intent"]}).data
    assert [each.id for each in by_intent] == [foreign.id]
    path = f"/v1/charges/{charge['id']}/refunds"
    assert [each["id"] for each in shop.call("GET", path).json()["data"]] == [second.id, first.id]
    assert shop.call("GET", f"{path}/{first.id}").json()["amount"] == 100
    assert shop.call("GET", f"{path}/{foreign.id}").status_code == 404
    changed = listed.update(first.id, {"metadata": {"ticket": "9"}})
    assert changed.to_dict()["metadata"] == {"ticket": "9"}
    told = [each for each in shop.event_types() if each != "charge.updated"]
    assert told[-2:] == ["refund.updated", "charge.refund.updated"]
    with pytest.raises(stripe.InvalidRequestError) as refused:
        listed.retrieve("re_none")
    assert refused.value.http_status == 404


@pytest.mark.parametrize(
    ("pairs", "param"),
    [
        ({}, "payment_intent"),
        ({"charge": "CH", "payment_intent": "PI"}, "charge"),
        ({"charge": "CH", "amount": "0"}, "amount"),
        ({"charge": "CH", "amount": "-5"}, "amount"),
        ({"charge": "CH", "reason": "boredom"}, "reason"),
        ({"charge": "ch_none"}, "charge"),
        ({"payment_intent": "pi_none"}, "payment_intent"),
        ({"charge": "CH", "reverse_transfer": "true"}, "reverse_transfer"),
    ],
)
def test_a_wrong_refund_is_refused(shop: Shop, pairs: dict[str, str], param: str) -> None:
    charge = shop.charge()
    real = {"CH": charge["id"], "PI": charge["payment_intent"]}
    sent = {name: real.get(value, value) for name, value in pairs.items()}
    answer = shop.call("POST", "/v1/refunds", sent)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)
    assert shop.stripe.charges.retrieve(charge["id"]).amount_refunded == 0


def test_what_was_not_paid_is_not_refunded(shop: Shop) -> None:
    answer = shop.call(
        "POST",
        "/v1/payment_intents",
        {
            "amount": "900",
            "currency": "usd",
            "payment_method": "pm_card_chargeDeclined",
            "confirm": "true",
        },
    )
    error = answer.json()["error"]
    for pairs in ({"charge": error["charge"]}, {"payment_intent": error["payment_intent"]["id"]}):
        assert shop.call("POST", "/v1/refunds", pairs).status_code == 400
    assert shop.events("refund.created") == []
