"""How the API reads bodies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from creditsite.kernel import strict_json


class JSONParser(BaseParser):
    """Reads JSON strictly: what could not be kept is bad input, never a crash."""

    media_type = "application/json"

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        try:
            return strict_json.loads(stream.read())
        except ValueError as error:
            raise ParseError(f"The body is no JSON that can be read: {error}.") from error
