"""The customer's subscription, in the API."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from billing.actions import (
    ChangeTime,
    cancel_subscription,
    change_plan,
    preview_plan_change,
    resume_subscription,
    running_subscription,
    see_the_plans,
)
from billing.errors import SubscriptionNotFound
from billing.models import Subscription, SubscriptionStatus
from billing.reports.plans import live_subscription
from creditsite.accounts.models import Scope
from creditsite.kernel.api import CreditsField, StrictSerializer
from creditsite.kernel.openapi import problems
from wallet.access import wallet_for
from wallet.api.wallets import READ_PROBLEMS, WalletChoiceSerializer, query_of

WRITE_PROBLEMS = problems(400, 404, 409, 411, 413, 415, 502, 503)


class SubscriptionSerializer(serializers.Serializer[Subscription]):
    """How the subscription stands, as Stripe last told."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=SubscriptionStatus.choices)
    package = serializers.SlugField(source="version.package.slug")
    price_cents = serializers.IntegerField(source="version.price_cents")
    currency = serializers.CharField(source="version.currency")
    interval = serializers.CharField(source="version.interval")
    credits = CreditsField(source="version.credits", help_text="For each paid period.")
    period_start = serializers.DateTimeField(allow_null=True)
    period_end = serializers.DateTimeField(allow_null=True)
    cancels_at = serializers.DateTimeField(
        allow_null=True, help_text="When it ends, where that is decided."
    )
    next_package = serializers.SerializerMethodField(
        help_text="The package from the next period on, where that changes; else null."
    )
    waiting_package = serializers.SerializerMethodField(
        help_text="The package it has as soon as `pay_url` is paid; else null."
    )
    pay_url = serializers.SerializerMethodField(
        help_text="Stripe's page of an invoice that is open; else null."
    )

    def get_next_package(self, subscription: Subscription) -> str | None:
        version = subscription.next_version
        return version.package.slug if version else None

    def get_waiting_package(self, subscription: Subscription) -> str | None:
        version = subscription.waiting_version
        return version.package.slug if version else None

    def get_pay_url(self, subscription: Subscription) -> str | None:
        return subscription.pay_url or None


class PreviewRequestSerializer(WalletChoiceSerializer):
    """Which package to change to; the current one takes back what is planned."""

    package = serializers.SlugField(max_length=50)


class ChangeRequestSerializer(PreviewRequestSerializer):
    """Which package to change to, as it was previewed."""

    previewed_at = serializers.DateTimeField(
        required=False,
        allow_null=True,
        help_text="From the preview: exactly what it showed is charged, once.",
    )


class PlanChangeSerializer(serializers.Serializer[Any]):
    """What a change comes to; money and credits of now are zero unless `time` is `now`."""

    package = serializers.SlugField(source="version.package.slug")
    time = serializers.ChoiceField(
        choices=[each.value for each in ChangeTime],
        source="time.value",
        help_text="`never`: it only takes back what is planned.",
    )
    takes_effect_at = serializers.DateTimeField()
    previewed_at = serializers.DateTimeField(allow_null=True)
    unused_cents = serializers.IntegerField(help_text="Given back for the old terms; negative.")
    rest_cents = serializers.IntegerField(help_text="For the rest of the period.")
    due_cents = serializers.IntegerField(help_text="Charged now.")
    currency = serializers.CharField(source="version.currency")
    credits = CreditsField(help_text="What comes on top now.")


class SubscriptionView(APIView):
    """How the subscription stands."""

    scopes: ClassVar = {"GET": Scope.BILLING_WRITE}

    @extend_schema(
        parameters=[WalletChoiceSerializer],
        responses={200: SubscriptionSerializer, **READ_PROBLEMS},
    )
    def get(self, request: Request) -> Response:
        """Read the subscription that runs, or whose first payment is awaited."""
        wallet = wallet_for(request, query_of(WalletChoiceSerializer, request).get("wallet"))
        found = live_subscription(wallet)
        if found is None:
            raise SubscriptionNotFound("There is no plan.", next_step=see_the_plans())
        return Response(SubscriptionSerializer(found).data)


class SubscriptionPreviewView(APIView):
    """Look at a change of plan."""

    scopes: ClassVar = {"POST": Scope.BILLING_WRITE}

    @extend_schema(
        request=PreviewRequestSerializer, responses={200: PlanChangeSerializer, **WRITE_PROBLEMS}
    )
    def post(self, request: Request) -> Response:
        """Say what changing to a package comes to, in money and credits. Nothing is changed."""
        asked = _asked(PreviewRequestSerializer, request)
        preview = preview_plan_change(
            subscription=_running(request, asked), package=asked["package"]
        )
        return Response(PlanChangeSerializer(preview).data)


class SubscriptionChangeView(APIView):
    """Change plans."""

    scopes: ClassVar = {"POST": Scope.BILLING_WRITE}

    @extend_schema(
        request=ChangeRequestSerializer, responses={200: SubscriptionSerializer, **WRITE_PROBLEMS}
    )
    def post(self, request: Request) -> Response:
        """Change to a package: a better one at once, another with the next period."""
        asked = _asked(ChangeRequestSerializer, request)
        changed = change_plan(
            subscription=_running(request, asked),
            package=asked["package"],
            previewed_at=asked.get("previewed_at"),
        )
        return Response(SubscriptionSerializer(changed).data)


class SubscriptionCancelView(APIView):
    """Cancel the plan."""

    scopes: ClassVar = {"POST": Scope.BILLING_WRITE}

    @extend_schema(
        request=WalletChoiceSerializer, responses={200: SubscriptionSerializer, **WRITE_PROBLEMS}
    )
    def post(self, request: Request) -> Response:
        """Have it end with its paid period. Repeating it changes nothing."""
        asked = _asked(WalletChoiceSerializer, request)
        ending = cancel_subscription(subscription=_running(request, asked))
        return Response(SubscriptionSerializer(ending).data)


class SubscriptionResumeView(APIView):
    """Take a cancellation back."""

    scopes: ClassVar = {"POST": Scope.BILLING_WRITE}

    @extend_schema(
        request=WalletChoiceSerializer, responses={200: SubscriptionSerializer, **WRITE_PROBLEMS}
    )
    def post(self, request: Request) -> Response:
        """Have a cancelled one go on. Repeating it changes nothing."""
        asked = _asked(WalletChoiceSerializer, request)
        resumed = resume_subscription(subscription=_running(request, asked))
        return Response(SubscriptionSerializer(resumed).data)


def _asked(shape: type[StrictSerializer], request: Request) -> dict[str, Any]:
    serializer = shape(data=request.data)
    serializer.is_valid(raise_exception=True)
    asked: dict[str, Any] = serializer.validated_data
    return asked


def _running(request: Request, asked: dict[str, Any]) -> Subscription:
    return running_subscription(wallet=wallet_for(request, asked.get("wallet")))
