"""Shapes of the billing API."""

from __future__ import annotations

from rest_framework import serializers

from billing.models import TopUp, TopUpStatus
from creditsite.kernel.api import CreditsField, StrictSerializer


class CheckoutRequestSerializer(StrictSerializer):
    """What is to be bought."""

    credits = CreditsField(help_text="How many; a string keeps the decimals exact.")
    wallet = serializers.IntegerField(
        required=False, min_value=1, max_value=2**63 - 1, help_text="For platform keys only."
    )


class QuoteLineSerializer(serializers.Serializer[object]):
    """One step of the price."""

    label = serializers.CharField()  # type: ignore[assignment]
    reason = serializers.CharField()
    amount_cents = serializers.IntegerField()


class QuoteSerializer(serializers.Serializer[object]):
    """The price, line by line; the lines add up to the total."""

    lines = QuoteLineSerializer(many=True)
    total_cents = serializers.IntegerField()
    currency = serializers.CharField()


class CheckoutSerializer(serializers.ModelSerializer[TopUp]):
    """A top-up and where to pay for it."""

    status = serializers.ChoiceField(choices=TopUpStatus.choices, read_only=True)
    url = serializers.SerializerMethodField(
        help_text="Stripe's page to pay at; null once there is nothing to pay."
    )
    credits = CreditsField(read_only=True)
    quote = QuoteSerializer(read_only=True)

    class Meta:
        model = TopUp
        fields = ("id", "status", "url", "credits", "quote", "expires_at", "created_at")
        read_only_fields = fields

    def get_url(self, top_up: TopUp) -> str | None:
        return top_up.checkout_url or None if top_up.is_pending else None
