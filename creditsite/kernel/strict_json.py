"""JSON from outside: only what PostgreSQL, Python and a ledger entry can all keep."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, NoReturn

# The escapes of a null character and of half a surrogate pair, in the text of a document.
SUSPICIOUS = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")


def loads(body: bytes, *, parse_float: Callable[[str], Any] = Decimal) -> Any:
    """Return the document in `body`; numbers with a fraction are Decimal, exact as written, or
    what `parse_float` makes of their text.

    Raises ValueError for what is no UTF-8 or no JSON, for NaN and infinities, null characters,
    halves of surrogate pairs, and nesting deeper than Python's stack.
    """
    text = body.decode("utf-8")
    try:
        document = json.loads(text, parse_float=parse_float, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    except ArithmeticError as error:
        raise ValueError("it holds a number out of range") from error
    if SUSPICIOUS.search(text):
        # As pairs, so that a value is looked at which another of the same name stands over.
        _require_plain_text(json.loads(text, object_pairs_hook=list))
    return document


def _require_plain_text(document: Any) -> None:
    waiting = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list | tuple):
            waiting += value
        elif isinstance(value, str):
            if "\x00" in value:
                raise ValueError("it holds a null character")
            value.encode()


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
