"""Money that goes back: refunds and disputes."""

from __future__ import annotations

from typing import Any

from billing.tests.flows.steps import Flow, paid_charge, subscribe
from stripe_sandbox.tests.shop import Shop


def refunded(shop: Shop) -> None:
    shop.stripe.refunds.create({"payment_intent": paid_charge(shop)["payment_intent"]})
    shop.wait_for_event("charge.refund.updated")


def refunded_in_parts(shop: Shop) -> None:
    charge = paid_charge(shop)["id"]
    shop.stripe.refunds.create({"charge": charge, "amount": 1000, "metadata": {"reversal": "1"}})
    shop.stripe.refunds.create({"charge": charge, "reason": "requested_by_customer"})
    shop.wait_for_event("charge.refund.updated", 2)


def refund_that_fails(shop: Shop) -> None:
    shop.stripe.refunds.create({"charge": paid_charge(shop, "pm_card_refundFail")["id"]})
    shop.wait_for_event("refund.failed")


def refund_that_takes_its_time(shop: Shop) -> None:
    shop.stripe.refunds.create({"charge": paid_charge(shop, "pm_card_pendingRefund")["id"]})
    shop.wait_for_event("refund.updated")


def refunded_subscription(shop: Shop) -> None:
    subscribe(shop)
    shop.wait_for_event("invoice_payment.paid")
    (charge,) = shop.stripe.charges.list().data
    shop.stripe.refunds.create({"charge": charge.id, "amount": 500})
    shop.wait_for_event("charge.refund.updated")


def dispute(shop: Shop, **wishes: Any) -> str:
    """Have a charge disputed, and return the dispute's id."""
    path = f"/_sandbox/charges/{paid_charge(shop)['id']}/dispute"
    answer = shop.http.post(path, json={"reason": "fraudulent", **wishes})
    return str(answer.raise_for_status().json()["dispute"]["id"])


def disputed_by_the_card(shop: Shop) -> None:
    paid_charge(shop, "pm_card_createDispute")
    shop.wait_for_event("charge.dispute.funds_withdrawn")


def dispute_won(shop: Shop) -> None:
    evidence: Any = {"evidence": {"uncategorized_text": "winning_evidence"}, "submit": True}
    shop.stripe.disputes.update(dispute(shop), evidence)
    shop.wait_for_event("charge.dispute.funds_reinstated")


def dispute_lost(shop: Shop) -> None:
    shop.stripe.disputes.close(dispute(shop, amount=1000))
    shop.wait_for_event("charge.dispute.closed")


def inquiry(shop: Shop) -> None:
    resolve = f"/_sandbox/disputes/{dispute(shop, inquiry=True)}/resolve"
    shop.http.post(resolve, json={"verdict": "won"}).raise_for_status()
    shop.wait_for_event("charge.dispute.closed")


FLOWS: list[Flow] = [
    refunded,
    refunded_in_parts,
    refund_that_fails,
    refund_that_takes_its_time,
    refunded_subscription,
    disputed_by_the_card,
    dispute_won,
    dispute_lost,
    inquiry,
]
