"""Which disputes a request may see; everything else of other customers is not found."""

from __future__ import annotations

from django.http import HttpRequest
from rest_framework.request import Request

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


def is_reviewer(request: Request) -> bool:
    """Tell whether an operator asks who is signed in and may review disputes; keys never do."""
    user = request.user
    return request.auth is None and user.is_active and user.is_staff and user.has_perm(REVIEW_RIGHT)


def _found(dispute: Dispute | None) -> Dispute:
    if dispute is None:
        raise DisputeNotFound("No dispute with this id is yours to see.")
    return dispute
