"""Many spends in one request, in the API."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from creditsite.accounts.models import Scope
from creditsite.kernel.api import (
    CreditsField,
    IdempotencyKeyField,
    MetadataField,
    StrictSerializer,
    WholeNumberField,
)
from creditsite.kernel.errors import DomainError
from creditsite.kernel.idempotency import KEY_RULE
from creditsite.kernel.openapi import ProblemSerializer, problems
from creditsite.kernel.problems import problem_body, validation_problem
from wallet.access import actor_of, is_platform, wallet_for
from wallet.actions import BatchItem, Posting, spend_batch
from wallet.actions.spend import MOST_ITEMS
from wallet.api.entries import EntrySerializer
from wallet.api.wallets import LARGEST_ID
from wallet.errors import WalletNotFound


class BatchItemSerializer(StrictSerializer):
    """One spend of a batch; `key` is its idempotency key."""

    wallet = WholeNumberField(
        required=False, min_value=1, max_value=LARGEST_ID, help_text="Platform keys only."
    )
    service = serializers.SlugField(max_length=50)
    quantity = CreditsField(help_text="Units of the service, up to four places.")
    key = IdempotencyKeyField(help_text=f"{KEY_RULE}.")
    metadata = MetadataField(required=False, default=dict)


class BatchSerializer(StrictSerializer):
    """A request to spend many times. Items that are not valid are refused one by one."""

    items = serializers.ListField(min_length=1, max_length=MOST_ITEMS)


class DocumentedBatchSerializer(serializers.Serializer[Any]):
    """What a batch looks like, for the OpenAPI document."""

    items = BatchItemSerializer(many=True)


class BatchResultSerializer(serializers.Serializer[Any]):
    """What became of one item."""

    status = serializers.ChoiceField(["posted", "replayed", "refused"])
    entry = EntrySerializer(required=False)
    problem = ProblemSerializer(required=False)


class BatchAnswerSerializer(serializers.Serializer[Any]):
    """A result for each item, in order."""

    results = BatchResultSerializer(many=True)


class SpendBatchView(APIView):
    """Spending, many at once."""

    scopes: ClassVar = {"POST": Scope.USAGE_WRITE}

    @extend_schema(
        request=DocumentedBatchSerializer,
        responses={200: BatchAnswerSerializer, **problems(400, 404, 411, 413, 415, 503)},
    )
    def post(self, request: Request) -> Response:
        """Spend up to 1,000 times over any wallets, each item with its own key and result.

        An item that is refused harms no other. Repeat the whole batch after a break: what was
        posted is answered as `replayed`.
        """
        serializer = BatchSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        items: list[Any] = serializer.validated_data["items"]
        own = None if is_platform(request) else wallet_for(request, None).pk
        child = BatchItemSerializer()
        results: list[dict[str, Any]] = [{}] * len(items)
        sound: dict[int, BatchItem] = {}
        for place, item in enumerate(items):
            try:
                sound[place] = _batch_item(child.run_validation(item), own)
            except ValidationError as error:
                results[place] = _refused(validation_problem(error.detail))
            except DomainError as refusal:
                results[place] = _refused(problem_body(refusal))
        if sound:
            outcomes = spend_batch(items=list(sound.values()), actor=actor_of(request))
            context: dict[str, str] = {}
            shape = EntrySerializer(context=context)
            for (place, item), outcome in zip(sound.items(), outcomes, strict=True):
                if isinstance(outcome, Posting):
                    context["service"] = item.service
                    results[place] = {
                        "status": "replayed" if outcome.replayed else "posted",
                        "entry": shape.to_representation(outcome.entry),
                    }
                else:
                    results[place] = _refused(problem_body(outcome))
        return Response({"results": results})


def _batch_item(asked: dict[str, Any], own: int | None) -> BatchItem:
    wallet_id = asked.get("wallet", own)
    if wallet_id is None:
        raise ValidationError({"wallet": ["A platform key must name the wallet."]})
    if own is not None and wallet_id != own:
        raise WalletNotFound("No wallet with this id is yours to use.")
    return BatchItem(
        wallet_id=wallet_id,
        service=asked["service"],
        quantity=asked["quantity"],
        idempotency_key=asked["key"],
        metadata=asked["metadata"],
    )


def _refused(problem: dict[str, Any]) -> dict[str, Any]:
    return {"status": "refused", "problem": problem}
