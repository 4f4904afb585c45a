"""Shapes of the wallet's part of the API."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from creditsite.kernel.api import CreditsField, MetadataField, StrictSerializer
from wallet.models import EntryKind, LedgerEntry, Service, WalletStatus

LARGEST_ID = 2**63 - 1


class WalletSerializer(serializers.Serializer[Any]):
    """A wallet's credits now."""

    id = serializers.IntegerField(source="wallet_id")
    balance = CreditsField(read_only=True)
    held = CreditsField(read_only=True)
    available = CreditsField(read_only=True)
    debt = CreditsField(read_only=True)
    status = serializers.ChoiceField(WalletStatus.choices)
    status_reason = serializers.CharField()


class EntrySerializer(serializers.ModelSerializer[LedgerEntry]):
    """One line of the ledger."""

    wallet = serializers.IntegerField(source="wallet_id")
    kind = serializers.ChoiceField(EntryKind.choices)
    service = serializers.SlugRelatedField[Service](
        slug_field="slug", read_only=True, allow_null=True
    )
    metadata = serializers.DictField()

    class Meta:
        model = LedgerEntry
        fields: tuple[str, ...] = (
            "id",
            "wallet",
            "sequence",
            "kind",
            "service",
            "quantity",
            "credits",
            "balance_after",
            "reference",
            "actor",
            "reason",
            "metadata",
            "created_at",
        )
        read_only_fields = fields


class DrawSerializer(serializers.Serializer[Any]):
    """The part of an entry that one lot gave (negative) or took."""

    grant = serializers.IntegerField()
    credits = CreditsField(read_only=True)


class EntryDetailSerializer(EntrySerializer):
    """One line of the ledger with what explains it."""

    balance_before = CreditsField(read_only=True)
    credits_per_unit = CreditsField(
        read_only=True, source="rate.credits_per_unit", default=None, allow_null=True
    )
    draws = serializers.SerializerMethodField()
    idempotency_key = serializers.CharField()
    hash = serializers.SerializerMethodField()

    class Meta(EntrySerializer.Meta):
        fields: tuple[str, ...] = (
            *EntrySerializer.Meta.fields,
            "balance_before",
            "credits_per_unit",
            "draws",
            "idempotency_key",
            "hash",
        )
        read_only_fields = fields

    def get_draws(self, entry: LedgerEntry) -> list[dict[str, Any]]:
        return [{"grant": grant, "credits": credits} for grant, credits, *_ in entry.draws]

    def get_hash(self, entry: LedgerEntry) -> str:
        return bytes(entry.hash).hex()


class SpendSerializer(StrictSerializer):
    """A request to spend credits."""

    wallet = serializers.IntegerField(
        required=False, min_value=1, max_value=LARGEST_ID, help_text="Platform keys only."
    )
    service = serializers.SlugField(max_length=50)
    quantity = CreditsField(help_text="Units of the service, up to four places.")
    metadata = MetadataField(required=False, default=dict)


class WalletChoiceSerializer(StrictSerializer):
    """Which wallet to read."""

    wallet = serializers.IntegerField(
        required=False, min_value=1, max_value=LARGEST_ID, help_text="Platform keys only."
    )


class EntryFilterSerializer(WalletChoiceSerializer):
    """Which entries to list."""

    kind = serializers.ChoiceField(EntryKind.choices, required=False)
    service = serializers.SlugField(required=False, max_length=50)
    limit = serializers.IntegerField(required=False, min_value=1, max_value=200)
    cursor = serializers.CharField(required=False, max_length=500)


class ServiceSerializer(serializers.ModelSerializer[Service]):
    """A service and its price in credits now."""

    unit = serializers.CharField(read_only=True, allow_null=True)
    credits_per_unit = CreditsField(read_only=True, allow_null=True)
    minimum_credits = CreditsField(read_only=True, allow_null=True)

    class Meta:
        model = Service
        fields = (
            "slug",
            "name",
            "description",
            "status",
            "unit",
            "credits_per_unit",
            "minimum_credits",
        )
        read_only_fields = fields


class ServiceListSerializer(serializers.Serializer[Any]):
    """All services; there is no further page."""

    data = ServiceSerializer(many=True)  # type: ignore[assignment]
    next = serializers.URLField(allow_null=True)
