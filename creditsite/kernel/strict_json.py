"""JSON from outside: only what PostgreSQL, Python and a ledger entry can all keep."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import Any, NoReturn

# The escapes of a null character and of half a surrogate pair, in the text of a document.
SUSPICIOUS = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")


def loads(body: bytes, *, parse_float: Callable[[str], Any] = Decimal) -> Any:
    """Return the document in `body`; numbers with a fraction are Decimal, exact as written, or
    what `parse_float` makes of their text.

    Raises ValueError for what is no UTF-8 or no JSON, for NaN and infinities, null characters,
    halves of surrogate pairs, nesting deeper than Python's stack, and an object with two values
    of one name: which of them counts, each reader would decide for itself.
    """
    text = body.decode("utf-8")
    try:
        document = _decoder(parse_float).decode(text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    except ArithmeticError as error:
        raise ValueError("it holds a number out of range") from error
    if SUSPICIOUS.search(text):
        _require_plain_text(document)
    return document


@cache
def _decoder(parse_float: Callable[[str], Any]) -> json.JSONDecoder:
    """Return the decoder, made once: to make it takes as long as to look at the names."""
    return json.JSONDecoder(
        parse_float=parse_float, parse_constant=_refuse_constant, object_pairs_hook=_object
    )


def _require_plain_text(document: Any) -> None:
    waiting = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting += [*value, *value.values()]
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, str):
            if "\x00" in value:
                raise ValueError("it holds a null character")
            value.encode()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        seen = Counter(name for name, _ in pairs)
        twice = next(name for name in seen if seen[name] > 1)
        raise ValueError(f"an object has the name {twice[:50]!r} more than once")
    return made


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
