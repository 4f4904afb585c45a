"""What operators do with disputes, in the API: for people who are signed in, never for keys."""

from __future__ import annotations

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from creditsite.accounts.models import Scope
from creditsite.kernel.api import require_no_fields
from disputes.access import dispute_to_review
from disputes.actions import Decision, ask_customer, rule_on_dispute, take_dispute
from disputes.api.disputes import STEP_PROBLEMS, answer_dispute
from disputes.api.serializers import AskSerializer, DisputeDetailSerializer, RuleSerializer
from disputes.models import RulingOutcome


class TakeView(APIView):
    """Taking one dispute."""

    scopes: ClassVar = {"POST": Scope.DISPUTES_WRITE}

    @extend_schema(request=None, responses={200: DisputeDetailSerializer, **STEP_PROBLEMS})
    def post(self, request: Request, dispute_id: int) -> Response:
        """Make the case the operator's own, also where a colleague had it. Operators only."""
        dispute, reviewer = dispute_to_review(request, dispute_id)
        require_no_fields(request)
        take_dispute(dispute=dispute, reviewer=reviewer)
        return answer_dispute(request, dispute_id)


class AskView(APIView):
    """Asking about one dispute."""

    scopes: ClassVar = {"POST": Scope.DISPUTES_WRITE}

    @extend_schema(request=AskSerializer, responses={200: DisputeDetailSerializer, **STEP_PROBLEMS})
    def post(self, request: Request, dispute_id: int) -> Response:
        """Ask the customer; until the answer the clock stands still. Operators only."""
        dispute, reviewer = dispute_to_review(request, dispute_id)
        serializer = AskSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        question = serializer.validated_data["text"]
        ask_customer(dispute=dispute, question=question, reviewer=reviewer)
        return answer_dispute(request, dispute_id)


class RuleView(APIView):
    """Ruling on one dispute."""

    scopes: ClassVar = {"POST": Scope.DISPUTES_WRITE}

    @extend_schema(
        request=RuleSerializer, responses={200: DisputeDetailSerializer, **STEP_PROBLEMS}
    )
    def post(self, request: Request, dispute_id: int) -> Response:
        """Decide the case; what it gives back is posted with it. Operators only."""
        dispute, reviewer = dispute_to_review(request, dispute_id)
        serializer = RuleSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        asked = serializer.validated_data
        decision = Decision(
            outcome=RulingOutcome(asked["outcome"]),
            explanation=asked["explanation"],
            credits={charge["entry"]: charge["credits"] for charge in asked["charges"]},
            cents=asked.get("cents"),
        )
        rule_on_dispute(dispute=dispute, decision=decision, reviewer=reviewer)
        return answer_dispute(request, dispute_id)
