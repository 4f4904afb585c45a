"""Signed statements and what is needed to verify them, in the API."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, ClassVar

from django.urls import reverse
from django.utils.http import urlencode
from drf_spectacular.utils import OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from creditsite.accounts.models import Scope
from creditsite.kernel.api import WholeNumberField
from creditsite.kernel.openapi import ProblemSerializer
from creditsite.kernel.problems import CONTENT_TYPE
from wallet.access import wallet_for
from wallet.api.wallets import LARGEST_ID, READ_PROBLEMS, WalletChoiceSerializer, query_of
from wallet.signing import ALGORITHM, published_key
from wallet.statements import HEAD_FORMAT, MOST_ENTRIES, STATEMENT_FORMAT, head_of, statement_of


class HeadSerializer(serializers.Serializer[Any]):
    """Where a wallet stood after entry `sequence`; `newest` was its newest entry then."""

    wallet = serializers.IntegerField()
    sequence = serializers.IntegerField(help_text="0 before the first entry.")
    hash = serializers.CharField(help_text="SHA-256 in hex; empty before the first entry.")
    balance = serializers.CharField()
    newest = serializers.IntegerField()
    signed_at = serializers.DateTimeField()
    key_id = serializers.CharField()


class LineSerializer(serializers.Serializer[Any]):
    """An entry as it was hashed."""

    line = serializers.CharField(help_text="The exact text, which is JSON.")
    hash = serializers.CharField(help_text="SHA-256 of the hash before it and the line, in hex.")


class BeginningSerializer(serializers.Serializer[Any]):
    """The number of the first entry, and the hash and balance before it."""

    sequence = serializers.IntegerField()
    hash = serializers.CharField()
    balance = serializers.CharField()


SIGNED = {
    "head": HeadSerializer(),
    "signature": serializers.CharField(help_text="Ed25519 over the head, in base64."),
    "public_key": serializers.CharField(help_text="In base64."),
}
StatementSerializer = inline_serializer(
    "Statement",
    {
        "format": serializers.ChoiceField([STATEMENT_FORMAT]),
        "wallet": serializers.IntegerField(),
        "from": BeginningSerializer(),
        "entries": LineSerializer(many=True),
        **SIGNED,
    },
)
SignedHeadSerializer = inline_serializer(
    "SignedHead", {"format": serializers.ChoiceField([HEAD_FORMAT]), **SIGNED}
)


class StatementQuerySerializer(WalletChoiceSerializer):
    """Which entries to state."""

    from_sequence = WholeNumberField(
        required=False, min_value=1, max_value=LARGEST_ID, help_text="The first entry; 1 if absent."
    )
    to_sequence = WholeNumberField(
        required=False,
        min_value=1,
        max_value=LARGEST_ID,
        help_text=f"The last entry; if absent the newest, or the {MOST_ENTRIES:,}th from there.",
    )


class StatementView(APIView):
    """Signed statements."""

    scopes: ClassVar = {"GET": Scope.WALLET_READ}

    @extend_schema(
        parameters=[StatementQuerySerializer],
        responses={200: StatementSerializer, **READ_PROBLEMS},
    )
    def get(self, request: Request) -> Response:
        """Read entries as they were hashed, with a signed head.

        Verify it with `wallet/verify.py`. Where the wallet has more entries than one statement
        holds, `Link` names the next one.
        """
        chosen = query_of(StatementQuerySerializer, request)
        wallet = wallet_for(request, chosen.pop("wallet", None))
        statement = statement_of(wallet, **chosen)
        response = Response(statement)
        end = statement["head"]["sequence"]
        if "to_sequence" not in chosen and end < statement["head"]["newest"]:
            query = urlencode({"wallet": wallet.pk, "from_sequence": end + 1})
            address = request.build_absolute_uri(f"{reverse('api_statement')}?{query}")
            response["Link"] = f'<{address}>; rel="next"'
        return response


class StatementHeadView(APIView):
    """Signed heads."""

    scopes: ClassVar = {"GET": Scope.WALLET_READ}

    @extend_schema(
        parameters=[WalletChoiceSerializer],
        responses={200: SignedHeadSerializer, **READ_PROBLEMS},
    )
    def get(self, request: Request) -> Response:
        """Read where the wallet stands, signed: kept elsewhere, it shows a chain written anew."""
        chosen = query_of(WalletChoiceSerializer, request)
        return Response(head_of(wallet_for(request, chosen.get("wallet"))))


class StatementKeySerializer(serializers.Serializer[Any]):
    """The public half of the key that signs."""

    key_id = serializers.CharField()
    algorithm = serializers.ChoiceField([ALGORITHM])
    public_key = serializers.CharField(help_text="32 bytes in base64.")


class StatementKeyView(APIView):
    """The key that statements are signed with; for everyone."""

    authentication_classes = ()
    permission_classes = ()

    @extend_schema(
        auth=[],
        responses={
            200: StatementKeySerializer,
            (406, CONTENT_TYPE): OpenApiResponse(ProblemSerializer),
        },
    )
    def get(self, request: Request) -> Response:
        """Read the public key."""
        return Response(asdict(published_key()))
