"""What every API view shares: strict input, cursor pages, idempotency keys."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from rest_framework import serializers
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response

from creditsite.kernel.credits import CREDIT_DIGITS, CREDIT_PLACES, SMALLEST_CREDIT

METADATA_BYTES = 4096
# An escaped null character in JSON text, but not an escaped backslash before "u0000".
ESCAPED_NULL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,255}")


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


class CreditsField(serializers.DecimalField):
    """Credits in JSON: a string with four places; input as a string or a number."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", CREDIT_DIGITS)
        kwargs.setdefault("decimal_places", CREDIT_PLACES)
        if not kwargs.get("read_only"):
            kwargs.setdefault("min_value", SMALLEST_CREDIT)
        super().__init__(**kwargs)


class MetadataField(serializers.JSONField):
    """A JSON object of the caller's own, small enough to stand in every ledger entry."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        value = super().to_internal_value(data)
        if not isinstance(value, dict):
            raise serializers.ValidationError("Metadata is a JSON object.")
        try:
            text = json.dumps(value, allow_nan=False, ensure_ascii=False)
            size = len(text.encode())
        except (ValueError, RecursionError) as error:
            raise serializers.ValidationError(
                "Metadata holds a value that can't be kept."
            ) from error
        if ESCAPED_NULL.search(text):
            raise serializers.ValidationError("Metadata may not hold null characters.")
        if size > METADATA_BYTES:
            raise serializers.ValidationError(f"Metadata may be up to {METADATA_BYTES} bytes.")
        return value


class NewestFirstPagination(CursorPagination):
    """Lists as `{"data": […], "next": url or null}`, newest first, by cursor."""

    ordering = "-id"
    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 200

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"data": data, "next": self.get_next_link()})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["data", "next"],
            "properties": {
                "data": schema,
                "next": {"type": "string", "format": "uri", "nullable": True},
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
    if not IDEMPOTENCY_KEY.fullmatch(key):
        raise serializers.ValidationError(
            {"Idempotency-Key": ["A key is 1 to 255 printable ASCII characters without spaces."]}
        )
    return key
