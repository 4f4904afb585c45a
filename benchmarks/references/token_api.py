"""`POST /spends` as a plain DRF project has it: TokenAuthentication, a serializer, the ORM."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from benchmarks.references.orm_spend import spend_credits
from creditsite.kernel.actor import Actor
from creditsite.kernel.errors import DomainError
from wallet.models import LedgerEntry


class SpendSerializer(serializers.Serializer[Any]):
    """A request to spend credits."""

    wallet = serializers.IntegerField(min_value=1)
    service = serializers.SlugField(max_length=50)
    quantity = serializers.DecimalField(max_digits=18, decimal_places=4)
    metadata = serializers.DictField(required=False, default=dict)


class EntrySerializer(serializers.ModelSerializer[LedgerEntry]):
    """The entry that was made."""

    service = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)

    class Meta:
        model = LedgerEntry
        fields = (
            *("id", "wallet", "sequence", "kind", "service", "quantity", "credits"),
            *("balance_after", "reference", "actor", "reason", "metadata", "created_at"),
        )


class SpendView(APIView):
    """Spending."""

    def post(self, request: Request) -> Response:
        assert request.user.is_authenticated
        asked = SpendSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            entry, _ = spend_credits(
                wallet_id=asked.validated_data["wallet"],
                service=asked.validated_data["service"],
                quantity=asked.validated_data["quantity"],
                metadata=asked.validated_data["metadata"],
                idempotency_key=request.headers["Idempotency-Key"],
                actor=Actor.user(request.user.pk),
            )
        except DomainError as refusal:
            return Response({"detail": refusal.detail}, status=refusal.status)
        return Response(EntrySerializer(entry).data, status=status.HTTP_201_CREATED)
