"""What could cost less, in the API."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from billing.reports.recommendations.advice import Silence, advice_for
from billing.reports.recommendations.recommendation import Recommendation, RecommendationKind
from creditsite.accounts.models import Scope
from creditsite.kernel.api import CreditsField, MetadataField
from wallet.access import wallet_for
from wallet.api.wallets import READ_PROBLEMS, WalletChoiceSerializer, query_of
from wallet.reports.recent import recent_of


class NextStepSerializer(serializers.Serializer[Any]):
    """What to do about it, on a page of the site."""

    label = serializers.CharField(source="action_label")  # type: ignore[assignment]
    url = serializers.SerializerMethodField()

    def get_url(self, recommendation: Recommendation) -> str:
        return f"{settings.SITE_URL}{recommendation.action_url}"


class RecommendationSerializer(serializers.Serializer[Any]):
    """Something that would cost less."""

    kind = serializers.ChoiceField(RecommendationKind.choices)
    title = serializers.CharField()
    sentence = serializers.CharField()
    monthly_cents = serializers.IntegerField(help_text="How much less in a month.")
    currency = serializers.CharField()
    facts = MetadataField(help_text="What it was computed from; its fields depend on the kind.")
    next_step = NextStepSerializer(source="*")


class ReratedSerializer(serializers.Serializer[Any]):
    """What a month would have cost with a plan, or without one."""

    package = serializers.CharField(source="version.package.slug", default=None, allow_null=True)
    interval = serializers.CharField(source="version.interval", default=None, allow_null=True)
    plan_cents = serializers.IntegerField()
    top_up_cents = serializers.IntegerField()
    monthly_cents = serializers.IntegerField(help_text="Both together.")
    currency = serializers.CharField()
    bought = CreditsField(read_only=True, max_digits=28, help_text="Credits of the top-ups.")
    is_current = serializers.BooleanField()


class PlanComparisonSerializer(serializers.Serializer[Any]):
    """What the last days would have cost on each plan, the cheapest first."""

    days = serializers.IntegerField(help_text="Four weeks each stand for a month.")
    use = serializers.ListField(
        child=CreditsField(read_only=True, max_digits=28), help_text="Credits of each month."
    )
    rows = ReratedSerializer(many=True)


class AdviceSerializer(serializers.Serializer[Any]):
    """What is recommended, most money first. There is no further page."""

    data = RecommendationSerializer(many=True, source="recommendations")  # type: ignore[assignment]
    next = serializers.URLField(default=None, allow_null=True)
    history_days = serializers.IntegerField(help_text="Whole days of history, at most 95.")
    reason = serializers.ChoiceField(
        Silence.choices, source="silence", allow_null=True, help_text="Why nothing was looked for."
    )
    comparison = PlanComparisonSerializer(allow_null=True)


class RecommendationListView(APIView):
    """What could cost less."""

    scopes: ClassVar = {"GET": Scope.WALLET_READ}

    @extend_schema(
        parameters=[WalletChoiceSerializer], responses={200: AdviceSerializer, **READ_PROBLEMS}
    )
    def get(self, request: Request) -> Response:
        """Say what would cost less, and how much less a month, from the wallet's own history.

        Nothing is told from less than 28 whole days, and nothing below a dollar a month.
        """
        wallet = wallet_for(request, query_of(WalletChoiceSerializer, request).get("wallet"))
        return Response(AdviceSerializer(advice_for(recent_of(wallet))).data)
