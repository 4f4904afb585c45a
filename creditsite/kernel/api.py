"""What every API view shares: strict input, cursor pages, idempotency keys."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response

from creditsite.kernel.credits import CREDIT_DIGITS, CREDIT_PLACES, SMALLEST_CREDIT
from creditsite.kernel.idempotency import CLIENT_KEY, KEY_RULE

METADATA_BYTES = 4096
METADATA_DEPTH = 10
# Python's int and Decimal also take "1_0" and digits of other scripts.
WHOLE_NUMBER = re.compile(r"-?[0-9]+")
PLAIN_NUMBER = re.compile(r"[+-]?[0-9]*\.?[0-9]+([eE][+-]?[0-9]+)?")


class StrictSerializer(serializers.Serializer[Any]):
    """A serializer that refuses fields it does not know: a typo is never ignored."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = sorted(set(data) - set(self.fields))
            if unknown:
                raise serializers.ValidationError(
                    {name: ["This field is not known here."] for name in unknown}
                )
        return super().to_internal_value(data)


def require_no_fields(request: Request) -> None:
    """Refuse a request that brings more than nothing or an empty object: it would be ignored."""
    StrictSerializer(data=request.data).is_valid(raise_exception=True)


class WholeNumberField(serializers.IntegerField):
    """A whole number from outside: a JSON number without a fraction, or text of plain digits."""

    default_error_messages: ClassVar = {"invalid": "Send a whole number in plain digits."}

    def to_internal_value(self, data: Any) -> int:
        is_whole = isinstance(data, int) and not isinstance(data, bool)
        if not is_whole and not (isinstance(data, str) and WHOLE_NUMBER.fullmatch(data)):
            self.fail("invalid")
        return super().to_internal_value(data)


@extend_schema_field(
    {"type": "string", "pattern": r"^-?[0-9]{1,14}(\.[0-9]{1,4})?$", "example": "3.0000"}
)
class CreditsField(serializers.DecimalField):
    """Credits in JSON: a string with four places; input as a string or a number."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", CREDIT_DIGITS)
        kwargs.setdefault("decimal_places", CREDIT_PLACES)
        if not kwargs.get("read_only"):
            kwargs.setdefault("min_value", SMALLEST_CREDIT)
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> Decimal:
        if isinstance(data, str) and not PLAIN_NUMBER.fullmatch(data.strip()):
            self.fail("invalid")
        return super().to_internal_value(data)


@extend_schema_field({"type": "string", "pattern": f"^{CLIENT_KEY.pattern}$"})
class IdempotencyKeyField(serializers.Field[str, Any, str, str]):
    """An idempotency key in a body: text as the header has it, neither trimmed nor made of a
    number, so that two clients never mean one key by two."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str) or not CLIENT_KEY.fullmatch(data):
            raise serializers.ValidationError(f"A key is text of {KEY_RULE}.")
        return data

    def to_representation(self, value: str) -> str:
        return value


@extend_schema_field({"type": "object", "additionalProperties": {}})
class MetadataField(serializers.Field[Any, Any, Any, Any]):
    """A JSON object of the caller's own, small enough to stand in every ledger entry."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            raise serializers.ValidationError("Metadata is a JSON object.")
        if _is_deeper(data, METADATA_DEPTH):
            raise serializers.ValidationError(f"Metadata may be nested {METADATA_DEPTH} deep.")
        try:
            # What JSON wrote with a fraction came as Decimal; the entry keeps it as a number.
            text = json.dumps(data, allow_nan=False, ensure_ascii=False, default=float)
        except ValueError as error:
            raise serializers.ValidationError(
                "Metadata holds a number that is too large."
            ) from error
        grown = 0

        def keep(number: str) -> float:
            # PostgreSQL writes every place: 1e+300 takes 301 bytes of an entry.
            nonlocal grown
            grown += len(f"{Decimal(number):f}") - len(number)
            return float(number)

        kept: dict[str, Any] = json.loads(text, parse_float=keep)
        if len(text.encode()) + grown > METADATA_BYTES:
            raise serializers.ValidationError(
                f"Metadata may be up to {METADATA_BYTES} bytes, with all numbers written out."
            )
        return kept

    def to_representation(self, value: Any) -> Any:
        return value


def in_utc(moment: datetime) -> str:
    """Return the moment as the API writes it: RFC 3339, UTC."""
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat()}Z"


def _is_deeper(value: Any, levels: int) -> bool:
    parts = value.values() if isinstance(value, dict) else value
    if not isinstance(value, dict | list):
        return False
    return levels == 0 or any(_is_deeper(part, levels - 1) for part in parts)


class NewestFirstPagination(CursorPagination):
    """Lists as `{"data": […], "next": url or null}`, newest first, by cursor."""

    ordering = "-id"
    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 200

    def decode_cursor(self, request: Request) -> Cursor | None:
        cursor = super().decode_cursor(request)
        if (
            cursor
            and cursor.position is not None
            and not re.fullmatch(r"[0-9]{1,18}", str(cursor.position))
        ):
            raise NotFound("This cursor is not one of ours. Begin without one.")
        return cursor

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"data": data, "next": self.get_next_link()})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["data", "next"],
            "properties": {
                "data": schema,
                "next": {"type": ["string", "null"], "format": "uri"},
            },
        }


def idempotency_key(request: Request, *, required: bool) -> str:
    """Return the request's `Idempotency-Key`, checked; empty where absent and not required."""
    key = request.headers.get("Idempotency-Key", "")
    if not key and not required:
        return ""
    if not key:
        raise serializers.ValidationError(
            {"Idempotency-Key": ["This header is required: a retry must not be counted twice."]}
        )
    if not CLIENT_KEY.fullmatch(key):
        raise serializers.ValidationError(
            {"Idempotency-Key": [f"A key is {KEY_RULE}. Send one key, in one header."]}
        )
    return key
