"""What operators are refused who decide on others' requests, or compensate an incident."""

from __future__ import annotations

from creditsite.kernel.errors import DomainError


class ApprovalByAnother(DomainError):
    """Who asked for a change of credits, or owns the wallet, does not decide on it."""

    code = "approval_by_another"
    title = "Another operator has to decide this"
    status = 403


class ApprovalRequestDecided(DomainError):
    """The request was approved, declined or withdrawn before. `request_status` says which."""

    code = "approval_request_decided"
    title = "This request is decided already"
    status = 409


class ApprovalRequestNotYours(DomainError):
    """Only who asked for a change of credits withdraws the request."""

    code = "approval_request_not_yours"
    title = "This is somebody else's request"
    status = 403


class CompensationOutOfRange(DomainError):
    """The incident is not over or has no length, or the share is not above 0 and up to 100 %."""

    code = "compensation_out_of_range"
    title = "This can't be compensated"
    status = 400


class NothingToCompensate(DomainError):
    """No charge of the incident has anything left to give back."""

    code = "nothing_to_compensate"
    title = "There is nothing to give back"
    status = 409
