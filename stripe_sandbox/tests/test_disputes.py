"""Disputes: made by cards and by hand, answered, won, lost; and inquiries."""

from typing import Any

import httpx
import pytest
import stripe

from stripe_sandbox.tests.shop import Shop

OPENED = [
    "charge.dispute.created",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.updated",
    "charge.updated",
]


def dispute(shop: Shop, charge_id: str, **wishes: Any) -> httpx.Response:
    sent = {"reason": "fraudulent"} | wishes
    return shop.http.post(f"/_sandbox/charges/{charge_id}/dispute", json=sent)


def resolve(shop: Shop, dispute_id: str, verdict: str) -> httpx.Response:
    path = f"/_sandbox/disputes/{dispute_id}/resolve"
    return shop.http.post(path, json={"verdict": verdict})


def settled_charge(shop: Shop, card: str = "pm_card_visa") -> str:
    charge = shop.charge(card)
    shop.wait_for_event("charge.updated")
    return str(charge["id"])


def after_settling(shop: Shop) -> list[str]:
    """Return the types of the events that came after the charge got its money."""
    told = shop.event_types()
    return told[told.index("charge.updated") + 1 :]


def disputed(shop: Shop, **wishes: Any) -> str:
    answer = dispute(shop, settled_charge(shop), **wishes)
    assert answer.status_code == 200
    return str(answer.json()["dispute"]["id"])


def moved(shop: Shop, dispute_id: str) -> list[tuple[int, int, int]]:
    """Return amount, fee and net of a dispute's balance transactions."""
    found = shop.stripe.disputes.retrieve(dispute_id).balance_transactions
    return [(each.amount, each.fee, each.net) for each in found]


@pytest.mark.parametrize(
    ("card", "reason"),
    [
        ("pm_card_createDispute", "fraudulent"),
        ("pm_card_createDisputeProductNotReceived", "product_not_received"),
    ],
)
def test_a_card_may_dispute_its_charge(shop: Shop, card: str, reason: str) -> None:
    """[W] charge.dispute.created, .funds_withdrawn, .updated, charge.updated."""
    shop.switch(dispute_delay=0.3)
    charge_id = settled_charge(shop, card)
    shop.wait_for_event("charge.updated", 2)
    assert after_settling(shop) == OPENED
    [found] = shop.stripe.disputes.list({"charge": charge_id}).data
    assert (found.reason, found.status, found.amount) == (reason, "needs_response", 2500)
    assert found.evidence_details.due_by == found.created + 7 * 24 * 3600
    assert not found.is_charge_refundable
    assert moved(shop, found.id) == [(-2500, 1500, -4000)]
    assert shop.stripe.charges.retrieve(charge_id).disputed
    [told] = shop.events("charge.dispute.funds_withdrawn")
    [transaction] = told["data"]["object"]["balance_transactions"]
    assert shop.stripe.balance_transactions.retrieve(transaction["id"]).source == found.id


def test_an_inquiry_withdraws_nothing(shop: Shop) -> None:
    """[W] An inquiry is warning_needs_response, and tells no funds_withdrawn."""
    shop.switch(dispute_delay=0.3)
    charge_id = settled_charge(shop, "pm_card_createDisputeInquiry")
    shop.wait_for_event("charge.updated", 2)
    assert after_settling(shop) == ["charge.dispute.created", "charge.updated"]
    [found] = shop.stripe.disputes.list().data
    assert (found.status, found.balance_transactions) == ("warning_needs_response", [])
    assert found.is_charge_refundable
    assert shop.stripe.refunds.create({"charge": charge_id, "amount": 100}).amount == 100
    assert resolve(shop, found.id, "lost").status_code == 400
    assert resolve(shop, found.id, "won").json()["dispute"]["status"] == "warning_closed"
    assert shop.event_types()[-1] == "charge.dispute.closed"
    assert moved(shop, found.id) == []
    assert dispute(shop, charge_id).status_code == 200


def test_winning_evidence_brings_the_money_back(shop: Shop) -> None:
    """[W] Won: charge.dispute.funds_reinstated, charge.dispute.closed."""
    dispute_id = disputed(shop, amount=2000)
    before = len(shop.event_types())
    won = shop.stripe.disputes.update(
        dispute_id, {"evidence": {"uncategorized_text": "winning_evidence"}, "submit": True}
    )
    assert won.status == "won"
    assert shop.event_types()[before:] == [
        "charge.dispute.updated",
        "charge.dispute.funds_reinstated",
        "charge.dispute.closed",
    ]
    assert moved(shop, dispute_id) == [(-2000, 1500, -3500), (2000, 0, 2000)]
    assert shop.stripe.charges.retrieve(str(won.charge)).disputed
    assert shop.stripe.refunds.create({"charge": str(won.charge)}).amount == 2500


def test_losing_evidence_closes_the_dispute(shop: Shop) -> None:
    """[W] Lost: charge.dispute.closed."""
    dispute_id = disputed(shop)
    before = len(shop.event_types())
    lost = shop.stripe.disputes.update(
        dispute_id, {"evidence": {"uncategorized_text": "losing_evidence"}, "submit": True}
    )
    assert lost.status == "lost"
    assert shop.event_types()[before:] == ["charge.dispute.updated", "charge.dispute.closed"]
    assert moved(shop, dispute_id) == [(-2500, 1500, -4000)]


def test_other_evidence_waits_for_the_bank(shop: Shop) -> None:
    dispute_id = disputed(shop)
    disputes = shop.stripe.disputes
    staged = disputes.update(
        dispute_id,
        {"evidence": {"product_description": "Credits"}, "submit": False, "metadata": {"a": "b"}},
    ).to_dict()
    assert (staged["status"], staged["metadata"]) == ("needs_response", {"a": "b"})
    assert staged["evidence_details"]["has_evidence"]
    assert staged["evidence_details"]["submission_count"] == 0
    sent = disputes.update(dispute_id, {"evidence": {"customer_name": "Ann"}}).to_dict()
    assert sent["status"] == "under_review"
    assert sent["evidence"]["product_description"] == "Credits"
    assert sent["evidence_details"]["submission_count"] == 1
    with pytest.raises(stripe.InvalidRequestError) as refused:
        disputes.update(dispute_id, {"evidence": {"customer_name": "Bob"}})
    assert refused.value.http_status == 400
    noted = disputes.update(dispute_id, {"metadata": {"a": "c"}}).to_dict()
    assert (noted["status"], noted["metadata"]) == ("under_review", {"a": "c"})
    assert resolve(shop, dispute_id, "won").json()["dispute"]["status"] == "won"
    assert moved(shop, dispute_id) == [(-2500, 1500, -4000), (2500, 0, 2500)]


def test_a_closed_dispute_is_lost_and_stays_so(shop: Shop) -> None:
    dispute_id = disputed(shop)
    assert shop.stripe.disputes.close(dispute_id).status == "lost"
    with pytest.raises(stripe.InvalidRequestError):
        shop.stripe.disputes.close(dispute_id)
    assert resolve(shop, dispute_id, "won").status_code == 400
    assert len(shop.events("charge.dispute.closed")) == 1


@pytest.mark.parametrize("verdict", ["needs_response", "lost"])
def test_a_disputed_charge_is_not_refunded(shop: Shop, verdict: str) -> None:
    found = shop.stripe.disputes.retrieve(disputed(shop))
    if verdict == "lost":
        resolve(shop, found.id, "lost")
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.stripe.refunds.create({"charge": str(found.charge)})
    assert (refused.value.http_status, refused.value.code) == (400, "charge_disputed")


def test_the_control_api_refuses_a_dispute_that_cannot_be(shop: Shop) -> None:
    charge_id = settled_charge(shop)
    for wrong in (
        {"reason": "boredom"},
        {"amount": 0},
        {"amount": 2501},
        {"amount": "100"},
        {"inquiry": "yes"},
        {"why": "x"},
    ):
        assert dispute(shop, charge_id, **wrong).status_code == 400
    assert dispute(shop, "ch_none").status_code == 404
    assert shop.stripe.disputes.list().data == []
    made = dispute(shop, charge_id).json()["dispute"]
    assert dispute(shop, charge_id).status_code == 400
    assert resolve(shop, made["id"], "perhaps").status_code == 400
    assert resolve(shop, "du_none", "won").status_code == 404
    found = shop.stripe.disputes.list({"payment_intent": made["payment_intent"]}).data
    assert [each.id for each in found] == [made["id"]]
    expanded = shop.stripe.disputes.retrieve(made["id"], {"expand": ["charge"]}).to_dict()
    assert expanded["charge"]["id"] == charge_id


def test_a_failed_charge_is_not_disputed(shop: Shop) -> None:
    pairs = {"amount": "900", "currency": "usd", "confirm": "true"}
    pairs |= {"payment_method": "pm_card_chargeDeclined"}
    error = shop.call("POST", "/v1/payment_intents", pairs).json()["error"]
    assert dispute(shop, error["charge"]).status_code == 400


@pytest.mark.parametrize(
    ("token", "status"),
    [
        ("pm_card_createDispute", "lost"),
        ("pm_card_createDisputeInquiry", "warning_closed"),
    ],
)
def test_a_dispute_that_nobody_answers_ends_in_time(shop: Shop, token: str, status: str) -> None:
    shop.switch(dispute_delay=0.05)
    start = 1_900_000_000
    clock = shop.stripe.test_helpers.test_clocks.create({"frozen_time": start})
    customer = shop.stripe.customers.create({"test_clock": clock.id})
    shop.charge(token, customer=customer.id)
    made = shop.wait_for_event("charge.dispute.created")["data"]["object"]
    assert made["created"] == start
    shop.stripe.test_helpers.test_clocks.advance(
        clock.id, {"frozen_time": made["evidence_details"]["due_by"] + 60}
    )
    closed = shop.wait_for_event("charge.dispute.closed")["data"]["object"]
    assert closed["status"] == status
    assert closed["evidence_details"]["past_due"]
