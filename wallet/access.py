"""Which wallet a request may touch; everything else of other customers is not found."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from rest_framework.request import Request
from rest_framework.serializers import ValidationError

from creditsite.accounts.models import ApiKey
from creditsite.kernel.actor import Actor
from wallet.actions import open_wallet
from wallet.errors import WalletNotFound
from wallet.models import Wallet


def own_wallet(request: HttpRequest) -> Wallet:
    """Return the signed-in person's wallet, opened at the first visit."""
    if not request.user.is_authenticated:
        raise Http404
    return open_wallet(customer=request.user)


def wallet_for(request: Request, wallet_id: int | None) -> Wallet:
    """Return the wallet an API request acts on.

    Customers act on their own and need not name it; naming another is `WalletNotFound`.
    A platform key acts on any and must name it.
    """
    if isinstance(request.auth, ApiKey) and request.auth.is_platform_key:
        if wallet_id is None:
            raise ValidationError({"wallet": ["A platform key must name the wallet."]})
        wallet = Wallet.objects.filter(pk=wallet_id).first()
    else:
        assert request.user.is_authenticated
        wallet = open_wallet(customer=request.user)
        if wallet_id is not None and wallet_id != wallet.pk:
            wallet = None
    if wallet is None:
        raise WalletNotFound("No wallet with this id is yours to use.")
    return wallet


def actor_of(request: Request) -> Actor:
    """Return who makes this API request, as written on ledger entries."""
    if isinstance(request.auth, ApiKey):
        return request.auth.actor
    assert request.user.is_authenticated
    return request.user.actor
