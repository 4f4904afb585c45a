"""What explains an entry, as the API answers it."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from creditsite.kernel.api import CreditsField
from wallet.models import GrantSource


class PriceSerializer(serializers.Serializer[Any]):
    """The version of the price that the spend was charged by."""

    credits_per_unit = CreditsField(read_only=True)
    unit = serializers.CharField()
    minimum_credits = CreditsField(read_only=True)
    in_force_from = serializers.DateTimeField()
    formula = serializers.CharField(help_text="Such as `12 × 1.0000 credits per run = 12.0000`.")


class DrawSerializer(serializers.Serializer[Any]):
    """The part of an entry that one lot gave (negative) or took, and its value."""

    grant = serializers.IntegerField()
    credits = CreditsField(read_only=True)
    cost_cents = serializers.IntegerField(allow_null=True)
    currency = serializers.CharField()
    source = serializers.ChoiceField(GrantSource.choices)  # type: ignore[assignment]
    expires_at = serializers.DateTimeField(allow_null=True)


class CapturedHoldSerializer(serializers.Serializer[Any]):
    """The hold that the spend captured."""

    id = serializers.IntegerField()
    held = CreditsField(read_only=True)
    captured = CreditsField(read_only=True)
    freed = CreditsField(read_only=True)
    placed_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    settled_at = serializers.DateTimeField(allow_null=True)


class RelatedEntrySerializer(serializers.Serializer[Any]):
    """Another entry of the wallet, and how far from this one it was posted."""

    id = serializers.IntegerField()
    sequence = serializers.IntegerField()
    credits = CreditsField(read_only=True)
    quantity = CreditsField(read_only=True, allow_null=True)
    created_at = serializers.DateTimeField()
    apart = serializers.CharField(help_text="Such as `4 seconds before`.")


class ReversalsSerializer(serializers.Serializer[Any]):
    """What of the spend was given back, and how much of it is left."""

    entries = RelatedEntrySerializer(many=True)
    credits = CreditsField(read_only=True)
    left = CreditsField(read_only=True)


class RetriesSerializer(serializers.Serializer[Any]):
    """How many repeated requests this entry answered."""

    count = serializers.IntegerField()
    last_at = serializers.DateTimeField()


class ClawbackSerializer(serializers.Serializer[Any]):
    """The claw-back that took these credits."""

    id = serializers.IntegerField()
    asked = CreditsField(read_only=True)
    taken = CreditsField(read_only=True)
    owed = CreditsField(read_only=True)


class RepaidDebtSerializer(serializers.Serializer[Any]):
    """What of a debt this entry paid."""

    repaid = CreditsField(read_only=True)
    left = CreditsField(read_only=True)


class ExplanationSerializer(serializers.Serializer[Any]):
    """What explains an entry."""

    explanation = serializers.ListField(child=serializers.CharField(), source="sentences")
    balance_before = CreditsField(read_only=True)
    credits_per_unit = CreditsField(
        read_only=True, source="price.credits_per_unit", default=None, allow_null=True
    )
    price = PriceSerializer(allow_null=True)
    draws = DrawSerializer(many=True, source="lots")
    cost_cents = serializers.IntegerField(help_text="Value of the lots moved, signed.")
    captured_hold = CapturedHoldSerializer(allow_null=True, source="hold")
    reversals = ReversalsSerializer(allow_null=True)
    previous_spend = RelatedEntrySerializer(allow_null=True)
    next_spend = RelatedEntrySerializer(allow_null=True)
    retries = RetriesSerializer(allow_null=True)
    clawback = ClawbackSerializer(allow_null=True)
    repaid_debt = RepaidDebtSerializer(allow_null=True)
    debt_repayment = RelatedEntrySerializer(allow_null=True)
    rolled_over = RelatedEntrySerializer(allow_null=True)
    actor_label = serializers.CharField()
    idempotency_key = serializers.CharField()
    hash = serializers.CharField(source="hash_hex")


EXPLANATION_FIELDS = tuple(ExplanationSerializer().fields)
