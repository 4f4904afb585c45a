"""What disputes refuse, one class each."""

from __future__ import annotations

from creditsite.kernel.errors import DomainError


class DisputesDisabled(DomainError):
    """Nobody can open a dispute on this site now; those that are open go on."""

    code = "disputes_disabled"
    title = "Disputes are switched off"
    status = 409


class DisputeNotFound(DomainError):
    """No dispute has this id, or it is not the caller's to see."""

    code = "dispute_not_found"
    title = "There is no such dispute"
    status = 404


class NotASpend(DomainError):
    """The entry took no credits for a service. Only charges can be disputed."""

    code = "not_a_spend"
    title = "This entry is no charge"
    status = 400


class PurchaseNotFound(DomainError):
    """No invoice has this id, or it is not the caller's."""

    code = "purchase_not_found"
    title = "There is no such payment"
    status = 404


class PurchaseNotPaid(DomainError):
    """Nothing was paid, so nothing can come back."""

    code = "purchase_not_paid"
    title = "Nothing was paid for this invoice"
    status = 409


class DisputeWindowClosed(DomainError):
    """The charge or payment is too old. `closed_at` says until when it could be disputed."""

    code = "dispute_window_closed"
    title = "It is too late to dispute this"
    status = 409


class AlreadyDisputed(DomainError):
    """A dispute about it is under way. `dispute` names it."""

    code = "already_disputed"
    title = "This is disputed already"
    status = 409


class AlreadyRuledOn(DomainError):
    """An operator has ruled on it; a ruling is answered by an appeal. `dispute` names the case."""

    code = "already_ruled_on"
    title = "This was ruled on already"
    status = 409


class ClaimTooLarge(DomainError):
    """More is claimed than is left to give back. `left` says how much is."""

    code = "claim_too_large"
    title = "This is more than can come back"
    status = 409


class TooManyDisputes(DomainError):
    """So many disputes are open that no more can be. `limit` says how many."""

    code = "too_many_disputes"
    title = "Too many disputes are open"
    status = 409


class DisputedChargesOutOfRange(DomainError):
    """A dispute is about one payment, or about 1 to `limit` different charges."""

    code = "disputed_charges_out_of_range"
    title = "A dispute can't be about that"
    status = 400


class DisputeClosed(DomainError):
    """The dispute is closed for good. A closed one takes no more steps."""

    code = "dispute_closed"
    title = "This dispute is closed"
    status = 409


class DisputeWithdrawn(DomainError):
    """The customer took the dispute back. It takes no more steps."""

    code = "dispute_withdrawn"
    title = "This dispute was withdrawn"
    status = 409


class DisputeAlreadyRuled(DomainError):
    """A ruling stands, and waits only for an appeal or for the time of one to pass."""

    code = "dispute_already_ruled"
    title = "This dispute is ruled on"
    status = 409


class DisputeNotRuled(DomainError):
    """There is no ruling to appeal, or the appeal is under way."""

    code = "dispute_not_ruled"
    title = "There is no ruling to appeal"
    status = 409


class DisputeAwaitsCustomer(DomainError):
    """The customer was asked and has not answered yet."""

    code = "dispute_awaits_customer"
    title = "The customer was asked already"
    status = 409


class DisputeNotDue(DomainError):
    """A dispute closes by itself only when the time to answer or to appeal is over."""

    code = "dispute_not_due"
    title = "It is not time to close this dispute"
    status = 409


class AppealWindowClosed(DomainError):
    """The ruling is too old to be appealed. `closed_at` says until when it could be."""

    code = "appeal_window_closed"
    title = "It is too late to appeal"
    status = 409


class ReviewRightNeeded(DomainError):
    """Only operators with the right to review disputes may do this."""

    code = "review_right_needed"
    title = "You may not review disputes"
    status = 403


class AppealRightNeeded(DomainError):
    """Only operators with the right to rule on appeals may do this."""

    code = "appeal_right_needed"
    title = "You may not rule on appeals"
    status = 403


class ReviewerNotIndependent(DomainError):
    """An operator who ruled first does not review the appeal, and nobody reviews their own case."""

    code = "reviewer_not_independent"
    title = "Somebody else has to review this"
    status = 403


class RulingOutOfRange(DomainError):
    """The credits or the money of a ruling do not fit its outcome or what it rules on."""

    code = "ruling_out_of_range"
    title = "The ruling does not fit"
    status = 400


class RulingTooLarge(DomainError):
    """More than was claimed, or than is left of a charge. `entry` and `left` say where."""

    code = "ruling_too_large"
    title = "This is more than can come back"
    status = 409


class NothingToRefund(DomainError):
    """Everything that was claimed has come back already."""

    code = "nothing_to_refund"
    title = "Nothing is left to give back"
    status = 409


class NoSuchCases(DomainError):
    """No case before its first ruling is about the incident alone."""

    code = "no_such_cases"
    title = "There are no such cases"
    status = 409


class RefundNotDue(DomainError):
    """No refund of this dispute is to be made."""

    code = "refund_not_due"
    title = "No refund is to be made"
    status = 409


class EvidenceTypeRefused(DomainError):
    """The file is none of the types that are taken, whatever its name says."""

    code = "evidence_type_refused"
    title = "This type of file is not taken"
    status = 415


class EvidenceTooLarge(DomainError):
    """The file is larger than `limit_bytes`."""

    code = "evidence_too_large"
    title = "This file is too large"
    status = 413


class TooMuchEvidence(DomainError):
    """A dispute holds up to `limit` files."""

    code = "too_much_evidence"
    title = "This dispute holds enough files"
    status = 409


class EvidenceNotFound(DomainError):
    """The dispute has no such file."""

    code = "evidence_not_found"
    title = "There is no such file"
    status = 404
