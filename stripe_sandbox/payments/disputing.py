"""Disputes: a bank takes a payment back, or asks about it, and rules."""

from typing import Any

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.activity import Activity
from stripe_sandbox.agenda import job
from stripe_sandbox.errors import invalid_request
from stripe_sandbox.payments.cards import card_of
from stripe_sandbox.resources.balance_transactions import new_balance_transaction
from stripe_sandbox.resources.dispute_objects import new_dispute

DISPUTE_JOB = "dispute charge"
OVERDUE_JOB = "end unanswered dispute"
FEE = 1500
# What the text evidence says to have the bank rule at once.
VERDICTS = {"winning_evidence": "won", "losing_evidence": "lost"}
UNANSWERED = ("needs_response", "warning_needs_response")
UNDECIDED = (*UNANSWERED, "under_review", "warning_under_review")


def open_dispute(
    activity: Activity,
    charge: Object,
    reason: str,
    amount: int | None = None,
    *,
    is_inquiry: bool = False,
) -> Object:
    """Dispute a paid charge; a dispute proper takes the money and a fee, an inquiry nothing.

    Args:
        amount: in cents; none means the whole charge.

    Raises:
        StripeError: 400 for a charge that is not paid or is disputed already, or a wrong amount.
    """
    amount = charge["amount"] if amount is None else amount
    _check_disputable(activity.account, charge, amount)
    now = activity.now(charge)
    before = dict(charge)
    dispute = new_dispute(charge, reason, amount, now, is_inquiry=is_inquiry)
    activity.account.add(dispute)
    charge["disputed"] = True
    activity.emit("charge.dispute.created", dispute)
    if not is_inquiry:
        untouched = dict(dispute)
        _move_money(activity, dispute, -amount, fee=FEE)
        activity.emit("charge.dispute.funds_withdrawn", dispute)
        activity.emit_updated(dispute, untouched)
    activity.emit_updated(charge, before)
    activity.plan(dispute["evidence_details"]["due_by"], OVERDUE_JOB, dispute)
    return dispute


def _check_disputable(account: Account, charge: Object, amount: int) -> None:
    if not charge["paid"]:
        raise invalid_request(f"The charge {charge['id']} is not paid: it cannot be disputed.")
    if any(dispute["status"] != "warning_closed" for dispute in disputes_of(account, charge)):
        raise invalid_request(f"The charge {charge['id']} is disputed already.")
    if not 1 <= amount <= charge["amount"]:
        raise invalid_request(
            f"The amount must lie between 1 and the charge's {charge['amount']}.", "amount"
        )


def answer_dispute(
    activity: Activity,
    dispute: Object,
    evidence: dict[str, Any],
    *,
    submit: bool,
    metadata: dict[str, str],
) -> None:
    """Put evidence to a dispute, and hand all of it to the bank if it is to be submitted.

    Args:
        metadata: what the dispute has from now on.

    Raises:
        StripeError: 400 when evidence was submitted before, or the dispute is closed.
    """
    if dispute["status"] not in UNANSWERED:
        raise invalid_request(
            f"This dispute has the status {dispute['status']}: it takes no more evidence.",
            "evidence",
        )
    before = dict(dispute)
    dispute |= {"evidence": dispute["evidence"] | evidence, "metadata": metadata}
    texts = [text for name, text in dispute["evidence"].items() if name != "enhanced_evidence"]
    details = dispute["evidence_details"] | {"has_evidence": any(texts)}
    if submit:
        details["submission_count"] += 1
        warning = "warning_" if is_inquiry(dispute) else ""
        dispute["status"] = f"{warning}under_review"
    dispute["evidence_details"] = details
    activity.emit_updated(dispute, before)
    verdict = VERDICTS.get(dispute["evidence"]["uncategorized_text"] or "")
    if submit and verdict:
        if is_inquiry(dispute):
            close_inquiry(activity, dispute)
        else:
            rule_on(activity, dispute, won=verdict == "won")


def rule_on(activity: Activity, dispute: Object, *, won: bool) -> None:
    """Close a dispute; what is won comes back, but for the fee.

    Raises:
        StripeError: 400 when it is closed already, or only an inquiry.
    """
    _check_undecided(dispute)
    if is_inquiry(dispute):
        raise invalid_request("An inquiry is neither won nor lost: close it.", "verdict")
    dispute |= {"status": "won" if won else "lost", "is_charge_refundable": False}
    if won:
        _move_money(activity, dispute, dispute["amount"])
        activity.emit("charge.dispute.funds_reinstated", dispute)
    activity.emit("charge.dispute.closed", dispute)


def close_inquiry(activity: Activity, dispute: Object) -> None:
    """End an inquiry; no dispute proper came of it.

    Raises:
        StripeError: 400 when it is closed already.
    """
    _check_undecided(dispute)
    dispute["status"] = "warning_closed"
    activity.emit("charge.dispute.closed", dispute)


def is_inquiry(dispute: Object) -> bool:
    """Tell whether a bank only asks, and has taken nothing."""
    return str(dispute["status"]).startswith("warning_")


def disputes_of(account: Account, charge: Object) -> list[Object]:
    """Return a charge's disputes, oldest first."""
    disputes = account.of_kind("dispute").values()
    return [dispute for dispute in disputes if dispute["charge"] == charge["id"]]


def _check_undecided(dispute: Object) -> None:
    if dispute["status"] not in UNDECIDED:
        raise invalid_request(f"This dispute is already closed: {dispute['status']}.")


def _move_money(activity: Activity, dispute: Object, amount: int, *, fee: int = 0) -> None:
    withdrawal = amount < 0
    transaction = new_balance_transaction(
        dispute,
        activity.now(dispute),
        amount=amount,
        kind="adjustment",
        category="dispute" if withdrawal else "dispute_reversal",
        description=(
            f"Chargeback {'withdrawal' if withdrawal else 'reversal'} for {dispute['charge']}"
        ),
        fee=fee,
        fee_for="Dispute fee",
    )
    activity.account.add(transaction)
    dispute["balance_transactions"] = [*dispute["balance_transactions"], transaction]


@job(DISPUTE_JOB)
def dispute_by_card(activity: Activity, charge_id: str) -> None:
    """Dispute a charge as its test card says, unless somebody did already."""
    charge = activity.account.of_kind("charge").get(charge_id)
    if charge is None or charge["disputed"]:
        return
    method = activity.account.get("payment_method", charge["payment_method"])
    card = card_of(activity.account, method)
    open_dispute(activity, charge, card.dispute_reason, is_inquiry=card.is_inquiry)


@job(OVERDUE_JOB)
def end_unanswered(activity: Activity, dispute_id: str) -> None:
    """Lose a dispute that nobody answered in time; an inquiry just ends."""
    dispute = activity.account.of_kind("dispute").get(dispute_id)
    if dispute is None or dispute["status"] not in UNANSWERED:
        return
    dispute["evidence_details"] = dispute["evidence_details"] | {"past_due": True}
    if is_inquiry(dispute):
        close_inquiry(activity, dispute)
    else:
        rule_on(activity, dispute, won=False)
