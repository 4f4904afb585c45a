"""What the OpenAPI document says of every operation alike."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from creditsite.kernel.idempotency import CLIENT_KEY, KEY_RULE
from creditsite.kernel.problems import CONTENT_TYPE


class ProblemSerializer(serializers.Serializer[Any]):
    """A refusal (RFC 9457). Some codes add facts of their own, such as `available`."""

    type = serializers.CharField(help_text="Where the code is explained.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField(help_text="What programs read.")
    detail = serializers.CharField()


def problems(*statuses: int) -> dict[tuple[int, str], type[ProblemSerializer]]:
    """Return the answers of `extend_schema` for refusals: these, and those of every view."""
    return {
        (status, CONTENT_TYPE): ProblemSerializer for status in sorted({401, 403, 406, *statuses})
    }


def idempotency_key_header(*, required: bool) -> OpenApiParameter:
    """Return the `Idempotency-Key` header as a parameter of `extend_schema`."""
    return OpenApiParameter(
        "Idempotency-Key",
        {"type": "string", "pattern": f"^{CLIENT_KEY.pattern}$"},
        OpenApiParameter.HEADER,
        required=required,
        description=f"{KEY_RULE}. A retry with the same key and body is answered the first "
        "result; a refusal does not use the key up.",
    )
