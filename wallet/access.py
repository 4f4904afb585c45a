"""Which wallet a request may touch; everything else of other customers is not found."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.urls import reverse
from rest_framework.request import Request
from rest_framework.serializers import ValidationError

from creditsite.accounts.models import ApiKey
from creditsite.kernel.actor import Actor
from creditsite.kernel.errors import NextStep
from wallet.actions import open_wallet
from wallet.errors import HoldNotFound, HoldNotYours, WalletNotFound
from wallet.models import Hold, Wallet


def own_wallet(request: HttpRequest) -> Wallet:
    """Return the signed-in person's wallet, opened at the first visit."""
    if not request.user.is_authenticated:
        raise Http404
    return open_wallet(customer=request.user)


def is_platform(request: Request) -> bool:
    """Tell whether the platform itself asks, with a key that acts on any wallet."""
    return isinstance(request.auth, ApiKey) and request.auth.is_platform_key


def wallet_for(request: Request, wallet_id: int | None) -> Wallet:
    """Return the wallet an API request acts on.

    Customers act on their own, opened at the first call, and need not name it; naming another is
    `WalletNotFound`, and so is an operator without one. A platform key acts on any and must name
    it.
    """
    if is_platform(request):
        wallet = Wallet.objects.filter(pk=_named(wallet_id)).first()
    else:
        wallet = _wallet_of_person(request)
        if wallet_id is not None and wallet_id != wallet.pk:
            wallet = None
    if wallet is None:
        raise WalletNotFound("No wallet with this id is yours to use.")
    return wallet


def _wallet_of_person(request: Request) -> Wallet:
    assert request.user.is_authenticated
    if not request.user.is_staff:
        return open_wallet(customer=request.user)
    wallet = Wallet.objects.filter(customer=request.user).first()
    if wallet is None:
        raise WalletNotFound(
            "Operators have no wallet. They see the customers' in the admin.",
            next_step=NextStep("Find a wallet", reverse("admin:wallet_wallet_changelist")),
        )
    return wallet


def wallet_id_for(request: Request, wallet_id: int | None) -> int:
    """Return the id of the wallet an API request acts on, for calls that look for it themselves.

    As `wallet_for`, but whether a wallet that a platform key names exists is left to the ledger.
    """
    return _named(wallet_id) if is_platform(request) else wallet_for(request, wallet_id).pk


def _named(wallet_id: int | None) -> int:
    if wallet_id is None:
        raise ValidationError({"wallet": ["A platform key must name the wallet."]})
    return wallet_id


def hold_for(request: Request, hold_id: int) -> Hold:
    """Return a hold the caller may read: the platform any, customers those of their wallet.

    Raises `HoldNotFound`.
    """
    holds = Hold.objects.select_related("service")
    if not is_platform(request):
        holds = holds.filter(wallet=wallet_for(request, None))
    hold = holds.filter(pk=hold_id).first()
    if hold is None:
        raise HoldNotFound("No hold with this id is yours to see.")
    return hold


def hold_to_settle(request: Request, hold_id: int) -> Hold:
    """Return a hold the caller may capture or release: its creator's.

    All platform keys count as one creator, and so do a customer's keys and sessions, so that a
    key can be replaced while holds are open. Raises `HoldNotFound`, `HoldNotYours`.
    """
    hold = hold_for(request, hold_id)
    if hold.actor != str(actor_of(request)) and not _placed_by_the_same(request, hold):
        raise HoldNotYours(
            "Only who placed this hold may capture or release it. An operator can release it."
        )
    return hold


def _placed_by_the_same(request: Request, hold: Hold) -> bool:
    keys = ApiKey.objects.filter(prefix=hold.actor.removeprefix("api_key:"))
    if is_platform(request):
        return keys.filter(customer=None).exists()
    assert request.user.is_authenticated
    return hold.actor == str(request.user.actor) or keys.filter(customer=request.user).exists()


def actor_of(request: Request) -> Actor:
    """Return who makes this API request, as written on ledger entries."""
    if isinstance(request.auth, ApiKey):
        return request.auth.actor
    assert request.user.is_authenticated
    return request.user.actor
