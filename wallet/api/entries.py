"""The wallet's ledger, in the API."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from creditsite.accounts.models import ApiKey, Scope
from creditsite.kernel.api import NewestFirstPagination, in_utc
from wallet.access import wallet_for
from wallet.api.explanations import EXPLANATION_FIELDS, ExplanationSerializer
from wallet.api.wallets import READ_PROBLEMS, MomentField, PageChoiceSerializer, query_of
from wallet.models import EntryKind, LedgerEntry, Service
from wallet.reports.as_of import sequence_at
from wallet.reports.explain import explain_entry, explainable_entries


class EntrySerializer(serializers.ModelSerializer[LedgerEntry]):
    """One line of the ledger. With `service` in the context, the slug is not looked for."""

    wallet = serializers.IntegerField(source="wallet_id")
    kind = serializers.ChoiceField(EntryKind.choices)
    service = serializers.SerializerMethodField()
    hold = serializers.IntegerField(source="hold_id", allow_null=True)
    reverses = serializers.IntegerField(source="reverses_id", allow_null=True)
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
            "hold",
            "reverses",
            "reference",
            "actor",
            "reason",
            "metadata",
            "created_at",
        )
        read_only_fields = fields

    def to_representation(self, instance: LedgerEntry) -> dict[str, Any]:
        """Shape the line by hand: DRF makes every field anew for each answer, which takes longer
        than the spend it tells of. The fields above say the same to the OpenAPI document, which
        the answers are tested against."""
        return {
            "id": instance.pk,
            "wallet": instance.wallet_id,
            "sequence": instance.sequence,
            "kind": instance.kind,
            "service": self.get_service(instance),
            "quantity": None if instance.quantity is None else f"{instance.quantity:.4f}",
            "credits": f"{instance.credits:.4f}",
            "balance_after": f"{instance.balance_after:.4f}",
            "hold": instance.hold_id,
            "reverses": instance.reverses_id,
            "reference": instance.reference,
            "actor": instance.actor,
            "reason": instance.reason,
            "metadata": instance.metadata,
            "created_at": in_utc(instance.created_at),
        }

    def get_service(self, entry: LedgerEntry) -> str | None:
        known: str = self.context.get("service", "")
        return known or (entry.service.slug if entry.service else None)


class EntryDetailSerializer(ExplanationSerializer, EntrySerializer):
    """One line of the ledger with what explains it."""

    class Meta(EntrySerializer.Meta):
        fields: tuple[str, ...] = (*EntrySerializer.Meta.fields, *EXPLANATION_FIELDS)
        read_only_fields = fields

    def to_representation(self, instance: LedgerEntry) -> dict[str, Any]:
        explained = ExplanationSerializer(explain_entry(instance)).data
        return {**EntrySerializer.to_representation(self, instance), **explained}


class EntryFilterSerializer(PageChoiceSerializer):
    """Which entries to list."""

    kind = serializers.ChoiceField(EntryKind.choices, required=False)
    service = serializers.SlugField(required=False, max_length=50)
    at = MomentField(required=False, help_text="Only entries up to this moment.")


class EntryPagination(NewestFirstPagination):
    ordering = "-sequence"


class EntryListView(ListAPIView[LedgerEntry]):
    """The wallet's ledger."""

    scopes: ClassVar = {"GET": Scope.WALLET_READ}
    serializer_class = EntrySerializer
    pagination_class = EntryPagination

    @extend_schema(
        parameters=[EntryFilterSerializer],
        responses={200: EntrySerializer(many=True), **READ_PROBLEMS},
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the entries, newest first."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[LedgerEntry]:
        chosen = query_of(EntryFilterSerializer, self.request)
        wallet = wallet_for(self.request, chosen.get("wallet"))
        entries = LedgerEntry.objects.filter(wallet=wallet).select_related("service")
        if "at" in chosen:
            entries = entries.filter(sequence__lte=sequence_at(wallet, chosen["at"]))
        if "kind" in chosen:
            entries = entries.filter(kind=chosen["kind"])
        if "service" in chosen:
            # By its id, which the index has: by a join the whole history would be read.
            service = Service.objects.filter(slug=chosen["service"]).first()
            entries = entries.filter(service=service) if service else entries.none()
        return entries


class EntryView(APIView):
    """One entry, explained."""

    scopes: ClassVar = {"GET": Scope.WALLET_READ}

    @extend_schema(responses={200: EntryDetailSerializer, **READ_PROBLEMS})
    def get(self, request: Request, entry_id: int) -> Response:
        """Read an entry with all that explains it.

        Its price, the lots it moved, the hold it captured, what reversed it, the spends of the
        same service before and after it, and more. What does not apply is null.
        """
        entries = explainable_entries()
        if not (isinstance(request.auth, ApiKey) and request.auth.is_platform_key):
            entries = entries.filter(wallet=wallet_for(request, None))
        entry = get_object_or_404(entries, pk=entry_id)
        return Response(EntryDetailSerializer(entry).data)
