"""Refunds: money of a charge given back, and what the bank says to it later."""

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.activity import Activity
from stripe_sandbox.agenda import job
from stripe_sandbox.errors import invalid_request
from stripe_sandbox.payments.cards import Refunding, card_of
from stripe_sandbox.payments.disputing import disputes_of
from stripe_sandbox.resources.balance_transactions import new_balance_transaction
from stripe_sandbox.resources.refund_objects import new_refund, with_reference

ANSWER_JOB = "answer refund"
# An undecided or lost dispute has taken the money already.
REFUNDABLE = ("won", "warning_needs_response", "warning_under_review", "warning_closed")


def refund_charge(activity: Activity, charge: Object, amount: int | None, sent: Object) -> Object:
    """Give money of a charge back.

    Args:
        amount: in cents; none means all that was not given back yet.
        sent: ``reason`` and ``metadata``, if there are.

    Raises:
        StripeError: 400 when it is not paid, disputed, given back already, or less is left.
    """
    amount = _checked_amount(activity.account, charge, amount)
    refund = activity.account.add(new_refund(charge, amount, sent, activity.now(charge)))
    if _refunding_of(activity.account, charge) == "succeeds_later":
        refund |= {"pending_reason": "processing", "status": "pending"}
    transaction = _move_money(activity, refund, -amount, "refund", "REFUND FOR CHARGE")
    refund["balance_transaction"] = transaction["id"]
    _count_refunded(charge, amount)
    activity.emit("refund.created", refund)
    activity.emit("charge.refunded", charge)
    activity.plan_soon(activity.account.switches.refund_delay, ANSWER_JOB, refund)
    return refund


def _checked_amount(account: Account, charge: Object, amount: int | None) -> int:
    if not charge["paid"]:
        raise invalid_request(
            f"Charge {charge['id']} was not paid, so nothing can be refunded.",
            code="charge_not_refundable",
        )
    if any(dispute["status"] not in REFUNDABLE for dispute in disputes_of(account, charge)):
        raise invalid_request(
            f"Charge {charge['id']} has been charged back; it cannot be refunded.",
            code="charge_disputed",
        )
    left = charge["amount"] - charge["amount_refunded"]
    if left == 0:
        raise invalid_request(
            f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded"
        )
    if amount is not None and amount > left:
        raise invalid_request(
            f"Refund amount ({amount}) is greater than what is left of the charge ({left}).",
            "amount",
        )
    return left if amount is None else amount


def cancel_refund(activity: Activity, refund: Object) -> None:
    """Take back a refund that is still pending.

    Raises:
        StripeError: 400 when it is decided.
    """
    if refund["status"] != "pending":
        raise invalid_request(
            f"Only a pending refund can be canceled; this one has the status {refund['status']}."
        )
    _undo(activity, refund, {"status": "canceled"})


def tell_refund_updated(activity: Activity, refund: Object, before: Object) -> None:
    """Emit both events about a changed refund, the newer and the older one."""
    if refund != before:
        activity.emit("refund.updated", refund, before)
        activity.emit("charge.refund.updated", refund, before)


@job(ANSWER_JOB)
def answer_refund(activity: Activity, refund_id: str) -> None:
    """Learn from the bank what became of a refund."""
    refund = activity.account.of_kind("refund").get(refund_id)
    if refund is None or refund["status"] not in ("pending", "succeeded"):
        return
    charge = activity.account.get("charge", refund["charge"])
    if _refunding_of(activity.account, charge) == "fails_later":
        reason = "expired_or_canceled_card"
        _undo(activity, refund, {"failure_reason": reason, "status": "failed"})
        activity.emit("refund.failed", refund)
        return
    before = dict(refund)
    refund |= {"status": "succeeded"}
    refund.pop("pending_reason", None)
    if "destination_details" in refund:
        refund["destination_details"] = with_reference(refund["destination_details"])
    tell_refund_updated(activity, refund, before)


def _undo(activity: Activity, refund: Object, outcome: Object) -> None:
    """Put a refund's money back: it can be refunded again."""
    charge = activity.account.get("charge", refund["charge"])
    before, charge_before = dict(refund), dict(charge)
    kind, description = "refund_failure", "REFUND FAILURE"
    transaction = _move_money(activity, refund, refund["amount"], kind, description)
    refund |= outcome | {"failure_balance_transaction": transaction["id"]}
    refund.pop("pending_reason", None)
    _count_refunded(charge, -refund["amount"])
    tell_refund_updated(activity, refund, before)
    activity.emit_updated(charge, charge_before)


def _count_refunded(charge: Object, amount: int) -> None:
    total = charge["amount_refunded"] + amount
    charge |= {"amount_refunded": total, "refunded": total == charge["amount"]}


def _move_money(
    activity: Activity, refund: Object, amount: int, kind: str, description: str
) -> Object:
    charge = activity.account.get("charge", refund["charge"])
    by_card = charge["payment_method_details"]["type"] == "card"
    noted = f" ({charge['description']})" if charge["description"] else ""
    transaction = new_balance_transaction(
        refund,
        activity.now(refund),
        amount=amount,
        kind=kind if by_card or kind != "refund" else "payment_refund",
        category=kind,
        description=description + noted,
    )
    return activity.account.add(transaction)


def _refunding_of(account: Account, charge: Object) -> Refunding:
    method = account.get("payment_method", charge["payment_method"])
    return card_of(account, method).refunding if method["type"] == "card" else "succeeds"
