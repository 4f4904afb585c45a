"""Which disputes a request may see; everything else of other customers is not found."""

from __future__ import annotations

from django.http import HttpRequest
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request

from creditsite.accounts.models import User
from disputes.actions.cases import REVIEW_RIGHT
from disputes.errors import DisputeNotFound
from disputes.models import Dispute
from wallet.access import is_platform, own_wallet, wallet_for


def own_dispute(request: HttpRequest, dispute_id: int) -> Dispute:
    """Return the signed-in customer's dispute. Raises `DisputeNotFound`."""
    return _found(Dispute.objects.filter(wallet=own_wallet(request), pk=dispute_id).first())


def dispute_for(request: Request, dispute_id: int) -> Dispute:
    """Return a dispute an API request may act on as its customer: the platform on any.

    Raises `DisputeNotFound`.
    """
    disputes = Dispute.objects.all()
    if not is_platform(request):
        disputes = disputes.filter(wallet=wallet_for(request, None))
    return _found(disputes.filter(pk=dispute_id).first())


def dispute_to_see(request: Request, dispute_id: int) -> Dispute:
    """Return a dispute an API request may read: operators who review read any.

    Raises `DisputeNotFound`.
    """
    if is_reviewer(request):
        return _found(Dispute.objects.filter(pk=dispute_id).first())
    return dispute_for(request, dispute_id)


def dispute_to_review(request: Request, dispute_id: int) -> tuple[Dispute, User]:
    """Return a dispute and the operator who asks. Raises `PermissionDenied`, `DisputeNotFound`."""
    if not is_reviewer(request):
        raise PermissionDenied("Only operators who are signed in and review disputes may do this.")
    assert isinstance(request.user, User)
    return dispute_to_see(request, dispute_id), request.user


def is_reviewer(request: Request) -> bool:
    """Tell whether an operator asks who is signed in and may review disputes; keys never do."""
    user = request.user
    return request.auth is None and user.is_active and user.is_staff and user.has_perm(REVIEW_RIGHT)


def sees_internals(request: Request, dispute: Dispute) -> bool:
    """Tell whether an operator asks about somebody else's case."""
    return is_reviewer(request) and dispute.wallet.customer_id != request.user.pk


def _found(dispute: Dispute | None) -> Dispute:
    if dispute is None:
        raise DisputeNotFound("No dispute with this id is yours to see.")
    return dispute
