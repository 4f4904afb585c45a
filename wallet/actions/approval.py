"""Changes of credits that need a second operator: ask, approve, decline, withdraw."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Sum
from django.db.models.functions import Abs

from creditsite.accounts.models import User
from creditsite.kernel import clock
from creditsite.kernel.credits import ZERO
from creditsite.kernel.errors import IdempotencyKeyReused
from creditsite.kernel.idempotency import internal_key
from wallet import ledger
from wallet.actions.change import CreditChange, post_change
from wallet.actions.compensate import start_compensation
from wallet.actions.outcomes import Posting, require_credits
from wallet.actions.reasons import require_reason
from wallet.errors.operators import (
    ApprovalByAnother,
    ApprovalRequestDecided,
    ApprovalRequestNotYours,
)
from wallet.models import (
    ApprovalRequest,
    ChangeKind,
    GrantSource,
    LedgerEntry,
    RequestStatus,
    Wallet,
)

DECIDE_RIGHT = "wallet.decide_approvalrequest"
# What an operator moved alone within this time counts along.
COUNTED_TIME = timedelta(hours=24)


@transaction.atomic
def request_change(
    *, wallet: Wallet, change: CreditChange, reason: str, idempotency_key: str, operator: User
) -> Posting | ApprovalRequest:
    """Post what an operator may move alone, otherwise keep a request that waits for another.

    Alone they move up to `ADJUSTMENT_APPROVAL_CREDITS` in a wallet within `COUNTED_TIME`: sizes
    add up whatever their sign, what another approved does not count. A request is refused at
    once where it could not be posted now. A repeated key answers the first posting or request.

    Raises what `post_change` does.
    """
    why = require_reason(reason)
    require_credits(abs(change.credits))
    locked = ledger.lock(wallet_id=wallet.pk)
    before = ApprovalRequest.objects.filter(wallet=locked, idempotency_key=idempotency_key).first()
    if before:
        return _the_same(before, change, why)
    with transaction.atomic():
        needs_another = _needs_another(locked, change, idempotency_key, operator)
        posting = post_change(
            wallet=locked,
            change=change,
            reason=why,
            idempotency_key=idempotency_key,
            actor=operator.actor,
        )
        transaction.set_rollback(needs_another)
    if not needs_another:
        return posting
    return ApprovalRequest.objects.create(
        wallet=locked,
        kind=change.kind,
        credits=change.credits,
        source=change.source,
        expires_at=change.expires_at,
        reason=why,
        asked_by=operator,
        asked_at=clock.now(),
        idempotency_key=idempotency_key,
    )


@transaction.atomic
def approve_request(*, request: ApprovalRequest, reason: str, approver: User) -> ApprovalRequest:
    """Post what was asked for; the entry says who asked, who approved, and for which request.

    A refusal of the ledger leaves the request waiting. A compensation is started.

    Raises `PermissionDenied`, `ReasonRequired`, `ApprovalByAnother` (who asked, and whom it
    gives credits), `ApprovalRequestDecided`, and what `post_change` does.
    """
    why = require_reason(reason)
    locked = _lock_for_another(request, approver)
    if locked.compensation is not None:
        start_compensation(locked.compensation)
    else:
        locked.entry = _post(locked, approver)
    return _decide(locked, RequestStatus.APPROVED, why, approver)


@transaction.atomic
def decline_request(*, request: ApprovalRequest, reason: str, approver: User) -> ApprovalRequest:
    """Decide that it is not posted.

    Raises `PermissionDenied`, `ReasonRequired`, `ApprovalByAnother`, `ApprovalRequestDecided`.
    """
    why = require_reason(reason)
    return _decide(_lock_for_another(request, approver), RequestStatus.DECLINED, why, approver)


@transaction.atomic
def withdraw_request(*, request: ApprovalRequest, reason: str, operator: User) -> ApprovalRequest:
    """Take one's own request back.

    Raises `ReasonRequired`, `ApprovalRequestNotYours`, `ApprovalRequestDecided`.
    """
    why = require_reason(reason)
    locked = _lock(request)
    if locked.asked_by_id != operator.pk:
        raise ApprovalRequestNotYours("Who asked for it withdraws it; others decline it.")
    return _decide(locked, RequestStatus.WITHDRAWN, why, operator)


def change_of(request: ApprovalRequest) -> CreditChange:
    """Return what was asked for in a wallet."""
    return CreditChange(
        kind=ChangeKind(request.kind),
        credits=request.credits,
        source=GrantSource(request.source),
        expires_at=request.expires_at,
    )


def _post(request: ApprovalRequest, approver: User) -> LedgerEntry:
    assert request.wallet is not None
    return post_change(
        wallet=request.wallet,
        change=change_of(request),
        reason=request.reason,
        idempotency_key=internal_key("approval", str(request.pk)),
        actor=request.asked_by.actor,
        reference=f"approval request {request.pk}, approved by {approver.actor}",
    ).entry


def _needs_another(wallet: Wallet, change: CreditChange, key: str, operator: User) -> bool:
    if LedgerEntry.objects.filter(wallet=wallet, idempotency_key=key).exists():
        # It was posted before, and counts itself already.
        return False
    moved = LedgerEntry.objects.moved_alone(
        wallet=wallet, actor=operator.actor, since=clock.now() - COUNTED_TIME
    ).aggregate(sum=Sum(Abs("credits")))["sum"]
    most: Decimal = settings.ADJUSTMENT_APPROVAL_CREDITS
    return (moved or ZERO) + abs(change.credits) > most


def _the_same(request: ApprovalRequest, change: CreditChange, reason: str) -> ApprovalRequest:
    if (change_of(request), request.reason) != (change, reason):
        raise IdempotencyKeyReused("The key stands for another request of an operator.")
    return request


def _lock(request: ApprovalRequest) -> ApprovalRequest:
    """Lock the wallet, then the request; raise `ApprovalRequestDecided` unless it waits."""
    if request.wallet_id is not None:
        ledger.lock(wallet_id=request.wallet_id)
    requests = ApprovalRequest.objects.select_related(
        "wallet", "compensation", "asked_by", "decided_by"
    )
    locked = requests.select_for_update(of=("self",)).get(pk=request.pk)
    if not locked.is_waiting:
        raise ApprovalRequestDecided(
            f"It was {locked.get_status_display().lower()} already, by {locked.decided_by}.",
            request_status=locked.status,
        )
    return locked


def _lock_for_another(request: ApprovalRequest, approver: User) -> ApprovalRequest:
    if not approver.has_perm(DECIDE_RIGHT):
        raise PermissionDenied
    locked = _lock(request)
    if not locked.may_be_decided_by(approver.pk):
        raise ApprovalByAnother(
            "Another operator decides on what you asked for, and on your own wallet."
        )
    return locked


def _decide(
    request: ApprovalRequest, status: RequestStatus, reason: str, person: User
) -> ApprovalRequest:
    request.status = status
    request.decided_by = person
    request.decided_at = clock.now()
    request.decision_reason = reason
    request.save(update_fields=["status", "decided_by", "decided_at", "decision_reason", "entry"])
    return request
