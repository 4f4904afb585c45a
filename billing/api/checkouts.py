"""Checkouts in the API: begin to pay for something, see how that stands."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from billing.actions import start_subscription, start_top_up
from billing.api.quotes import KeptQuoteSerializer, SaleSerializer
from billing.models import Subscription, SubscriptionStatus, TopUp, TopUpStatus
from creditsite.accounts.models import Scope
from creditsite.kernel.api import CreditsField, idempotency_key
from creditsite.kernel.openapi import idempotency_key_header, problems
from wallet.access import actor_of, is_platform, wallet_for

# A subscription's Checkout in the words of a top-up's.
STATUSES = {
    SubscriptionStatus.INCOMPLETE: TopUpStatus.PENDING,
    SubscriptionStatus.EXPIRED: TopUpStatus.EXPIRED,
}


class Checkout:
    """Something to be paid for: a top-up, or the first period of a package."""

    def __init__(self, sale: TopUp | Subscription) -> None:
        self.sale = sale

    @property
    def id(self) -> UUID:
        return self.sale.pk

    @property
    def status(self) -> str:
        if isinstance(self.sale, TopUp):
            return self.sale.status
        return STATUSES.get(SubscriptionStatus(self.sale.status), TopUpStatus.PAID)

    @property
    def url(self) -> str | None:
        return self.sale.checkout_url or None if self.status == TopUpStatus.PENDING else None

    @property
    def credits(self) -> Decimal:
        return (self.sale if isinstance(self.sale, TopUp) else self.sale.version).credits

    @property
    def package(self) -> str | None:
        return None if isinstance(self.sale, TopUp) else self.sale.version.package.slug

    @property
    def quote(self) -> dict[str, Any] | None:
        return self.sale.quote

    @property
    def expires_at(self) -> datetime:
        return self.sale.expires_at

    @property
    def created_at(self) -> datetime:
        return self.sale.created_at


class CheckoutSerializer(serializers.Serializer[Checkout]):
    """What is bought, and where to pay for it."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=TopUpStatus.choices)
    url = serializers.CharField(
        allow_null=True, help_text="Stripe's page to pay at; null once there is nothing to pay."
    )
    credits = CreditsField(help_text="Of a package: for each period.")
    package = serializers.SlugField(allow_null=True, help_text="Null: credits once.")
    quote = KeptQuoteSerializer(allow_null=True)
    expires_at = serializers.DateTimeField()
    created_at = serializers.DateTimeField()


class CheckoutListView(APIView):
    """Start to pay for credits or a package."""

    scopes: ClassVar = {"POST": Scope.BILLING_WRITE}

    @extend_schema(
        parameters=[idempotency_key_header(required=False)],
        request=SaleSerializer,
        responses={
            201: CheckoutSerializer,
            **problems(400, 404, 409, 411, 413, 415, 502, 503),
        },
    )
    def post(self, request: Request) -> Response:
        """Quote credits or a package and open a page where exactly the quote is paid."""
        key = idempotency_key(request, required=False)
        wanted = SaleSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        asked = wanted.validated_data
        common: dict[str, Any] = {
            "wallet": wallet_for(request, asked.get("wallet")),
            "code": asked["code"],
            "actor": actor_of(request),
            "idempotency_key": key,
        }
        if "credits" in asked:
            top_up = start_top_up(credits=asked["credits"], **common)
            return _started(top_up.top_up, replayed=top_up.replayed)
        begun = start_subscription(package=asked["package"], **common)
        return _started(begun.subscription, replayed=begun.replayed)


def _started(sale: TopUp | Subscription, *, replayed: bool) -> Response:
    headers = {"Idempotent-Replayed": "true"} if replayed else {}
    told = CheckoutSerializer(Checkout(sale)).data
    return Response(told, status=status.HTTP_201_CREATED, headers=headers)


class CheckoutView(APIView):
    """One Checkout."""

    scopes: ClassVar = {"GET": Scope.BILLING_WRITE}

    @extend_schema(responses={200: CheckoutSerializer, **problems(404)})
    def get(self, request: Request, checkout_id: UUID) -> Response:
        """Read whether it was paid."""
        sale = _sale(checkout_id)
        # A platform key sees all; everybody else their own.
        if not is_platform(request) and sale.wallet.customer_id != request.user.pk:
            raise Http404
        return Response(CheckoutSerializer(Checkout(sale)).data)


def _sale(checkout_id: UUID) -> TopUp | Subscription:
    top_up = TopUp.objects.filter(pk=checkout_id).select_related("wallet").first()
    if top_up:
        return top_up
    subscriptions = Subscription.objects.select_related("wallet", "version__package")
    found = subscriptions.filter(pk=checkout_id).first()
    if found is None:
        raise Http404
    return found
