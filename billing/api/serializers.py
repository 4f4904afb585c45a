"""Shapes of the billing API."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from billing.models import TopUp, TopUpStatus
from creditsite.kernel.api import CreditsField, StrictSerializer
from creditsite.kernel.credits import ZERO


class CodeField(serializers.CharField):
    """A promotion's code; case does not matter."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs |= {"required": False, "allow_blank": True, "default": "", "max_length": 40}
        super().__init__(help_text="A promotion's code; case does not matter.", **kwargs)

    def to_internal_value(self, data: Any) -> str:
        return super().to_internal_value(data).upper()


class CheckoutRequestSerializer(StrictSerializer):
    """What is to be bought."""

    credits = CreditsField(help_text="How many; a string keeps the decimals exact.")
    code = CodeField()
    wallet = serializers.IntegerField(
        required=False, min_value=1, max_value=2**63 - 1, help_text="For platform keys only."
    )


class QuoteLineSerializer(serializers.Serializer[object]):
    """One step of the price."""

    kind = serializers.CharField(
        default="base", help_text="`base`, `volume`, `subscriber` or `promotion`."
    )
    label = serializers.CharField()  # type: ignore[assignment]
    reason = serializers.CharField()
    percent = serializers.CharField(default=None, allow_null=True)
    amount_cents = serializers.IntegerField()
    subtotal_cents = serializers.IntegerField(default=None, help_text="The price after it.")


class QuoteSerializer(serializers.Serializer[object]):
    """The price, line by line; the lines add up to the total."""

    lines = QuoteLineSerializer(many=True)
    bonus_credits = CreditsField(
        default=ZERO, help_text="What a promotion brings on top, once it is paid."
    )
    code = serializers.CharField(default="")
    notes = serializers.ListField(
        child=serializers.CharField(), default=list, help_text="Such as why a code is not used."
    )
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
