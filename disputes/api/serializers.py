"""How disputes stand in the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from creditsite.kernel.api import CreditsField, StrictSerializer, WholeNumberField
from disputes.models import (
    Dispute,
    DisputeEventKind,
    DisputeReason,
    DisputeStatus,
    Evidence,
    EvidenceType,
    Party,
    RulingOutcome,
)
from disputes.models.timeline import LONGEST_MESSAGE
from wallet.api.wallets import LARGEST_ID, WalletChoiceSerializer


class ChargeSerializer(serializers.Serializer[Any]):
    """A charge the dispute is about."""

    entry = serializers.IntegerField(source="entry_id")
    claimed = CreditsField(read_only=True)
    refunded = CreditsField(read_only=True, help_text="What rulings gave back.")


class PurchaseSerializer(serializers.Serializer[Any]):
    """The payment the dispute is about. `due_cents` were granted and are not paid back yet."""

    invoice = serializers.IntegerField(source="invoice_id")
    claimed_cents = serializers.IntegerField()
    granted_cents = serializers.IntegerField()
    due_cents = serializers.IntegerField()
    currency = serializers.CharField(source="invoice.currency")


class RuledChargeSerializer(serializers.Serializer[Any]):
    """What a ruling gave back of a charge, by which entry of the ledger."""

    charge = serializers.IntegerField(source="charge.entry_id")
    credits = CreditsField(read_only=True)
    entry = serializers.IntegerField(source="entry_id")


class RulingSerializer(serializers.Serializer[Any]):
    """A ruling; level 2 is that of an appeal."""

    level = serializers.IntegerField()
    outcome = serializers.ChoiceField(RulingOutcome.choices)
    explanation = serializers.CharField()
    charges = RuledChargeSerializer(many=True)
    granted_cents = serializers.IntegerField(help_text="Of a payment.")
    ruled_at = serializers.DateTimeField()


class MessageSerializer(serializers.Serializer[Any]):
    """What one side wrote to the other; operators also see their own notes."""

    id = serializers.IntegerField()
    author = serializers.ChoiceField(Party.choices)
    text = serializers.CharField()
    is_internal = serializers.BooleanField()
    created_at = serializers.DateTimeField()


class EvidenceSerializer(serializers.ModelSerializer[Evidence]):
    """A file; `GET disputes/{id}/evidence/{evidence_id}` hands it out."""

    content_type = serializers.ChoiceField(EvidenceType.choices)

    class Meta:
        model = Evidence
        fields: tuple[str, ...] = ("id", "name", "content_type", "size", "sha256", "created_at")
        read_only_fields = fields


class EventSerializer(serializers.Serializer[Any]):
    """A line of the timeline. Operators' names are not told to customers."""

    kind = serializers.ChoiceField(DisputeEventKind.choices)
    from_status = serializers.ChoiceField([("", ""), *DisputeStatus.choices])
    to_status = serializers.ChoiceField(DisputeStatus.choices)
    created_at = serializers.DateTimeField()


class DisputeSerializer(serializers.ModelSerializer[Dispute]):
    """A dispute."""

    wallet = serializers.IntegerField(source="wallet_id")
    reason = serializers.ChoiceField(DisputeReason.choices)
    status = serializers.ChoiceField(DisputeStatus.choices)
    charges = ChargeSerializer(many=True)
    purchase = serializers.SerializerMethodField()
    rulings = RulingSerializer(many=True)

    class Meta:
        model = Dispute
        fields: tuple[str, ...] = (
            "id",
            "wallet",
            "reason",
            "explanation",
            "status",
            "level",
            "charges",
            "purchase",
            "rulings",
            "opened_at",
            "respond_by",
            "answer_by",
            "appeal_by",
            "closed_at",
        )
        read_only_fields = fields

    @extend_schema_field(PurchaseSerializer(allow_null=True))
    def get_purchase(self, dispute: Dispute) -> dict[str, Any] | None:
        found = getattr(dispute, "purchase", None)
        data: dict[str, Any] | None = PurchaseSerializer(found).data if found else None
        return data


class DisputeDetailSerializer(DisputeSerializer):
    """A dispute with what was written, handed in and done. Context: `sees_internals`."""

    messages = serializers.SerializerMethodField()
    evidence = EvidenceSerializer(many=True)
    timeline = serializers.SerializerMethodField()

    class Meta(DisputeSerializer.Meta):
        fields: tuple[str, ...] = (
            *DisputeSerializer.Meta.fields,
            "messages",
            "evidence",
            "timeline",
        )
        read_only_fields = fields

    @extend_schema_field(MessageSerializer(many=True))
    def get_messages(self, dispute: Dispute) -> Any:
        shown = [each for each in dispute.messages.all() if self._shows(each)]
        return MessageSerializer(shown, many=True).data

    @extend_schema_field(EventSerializer(many=True))
    def get_timeline(self, dispute: Dispute) -> Any:
        shown = [each for each in dispute.events.all() if self._shows(each)]
        return EventSerializer(shown, many=True).data

    def _shows(self, row: Any) -> bool:
        return bool(self.context.get("sees_internals") or not row.is_internal)


class ClaimSerializer(StrictSerializer):
    """A charge that is contested."""

    entry = WholeNumberField(min_value=1, max_value=LARGEST_ID)
    credits = CreditsField(required=False, help_text="All that is left of it, where absent.")


class RefundedSerializer(StrictSerializer):
    """What a partial refund gives back of a charge."""

    entry = WholeNumberField(min_value=1, max_value=LARGEST_ID)
    credits = CreditsField()


class OpenSerializer(WalletChoiceSerializer):
    """A request to open a dispute, about charges or about one payment."""

    reason = serializers.ChoiceField(DisputeReason.choices)
    explanation = serializers.CharField(help_text="20 to 4,000 characters.")
    charges = ClaimSerializer(many=True, required=False, default=list)
    invoice = WholeNumberField(
        required=False,
        min_value=1,
        max_value=LARGEST_ID,
        help_text="Instead of charges: the `id` of a paid invoice.",
    )

    def validate_charges(self, charges: list[dict[str, Any]]) -> list[dict[str, Any]]:
        entries = [charge["entry"] for charge in charges]
        if len(set(entries)) < len(entries):
            raise serializers.ValidationError("Name each charge once.")
        return charges


class WriteSerializer(StrictSerializer):
    """A message. Operators may keep it among themselves."""

    text = serializers.CharField(max_length=LONGEST_MESSAGE)
    is_internal = serializers.BooleanField(default=False, help_text="Operators only.")


class ReasonSerializer(StrictSerializer):
    """Why a ruling should be reviewed."""

    reason = serializers.CharField(help_text="20 to 4,000 characters.")


class AskSerializer(StrictSerializer):
    """A question to the customer."""

    text = serializers.CharField(max_length=LONGEST_MESSAGE)


class RuleSerializer(StrictSerializer):
    """A ruling; credits or cents are named for a partial refund alone."""

    outcome = serializers.ChoiceField(RulingOutcome.choices)
    explanation = serializers.CharField(max_length=LONGEST_MESSAGE)
    charges = RefundedSerializer(many=True, required=False, default=list)
    cents = WholeNumberField(required=False, min_value=1, max_value=LARGEST_ID)

    validate_charges = OpenSerializer.validate_charges
