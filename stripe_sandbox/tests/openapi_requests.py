"""Hold requests against the parameters in Stripe's OpenAPI document.

The sandbox refuses what it was told to refuse; this asks Stripe's own list instead.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from stripe_sandbox.errors import StripeError
from stripe_sandbox.forms import FormValue, decode_form
from stripe_sandbox.tests.openapi import Json, published_parameters, template_of


def complaints_about_request(method: str, path: str, pairs: Iterable[Sequence[str]]) -> list[str]:
    """Return what is wrong with a request, each time with the parameter's name.

    ``pairs`` are the names and values that were sent, as text: ``line_items[0][quantity]``.
    """
    try:
        published = published_parameters(method, template_of(method, path))
        sent = decode_form((name, value) for name, value in pairs)
    except LookupError as unknown:
        return [str(unknown)]
    except StripeError as refusal:
        return [refusal.message]
    return _object_complaints(published, sent, "")


def _complaints(schema: Json, value: FormValue, name: str) -> list[str]:
    if "anyOf" in schema:
        found = [_complaints(choice, value, name) for choice in schema["anyOf"]]
        # The choice that was meant is the one into which the value could be followed deepest.
        return [] if [] in found else max(found, key=_depth)
    check = CHECKS.get(schema.get("type", ""))
    assert check, f"{name} is of a kind this check does not know: {schema}"
    return check(schema, value, name)


def _object_complaints(schema: Json, value: FormValue, name: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{name} is a hash, not {value!r}"]
    known, others = schema.get("properties"), schema.get("additionalProperties")
    found = [
        f"{_part(name, each)} is missing"
        for each in schema.get("required", [])
        if each not in value
    ]
    for each, inner in value.items():
        if known and each in known:
            found += _complaints(known[each], inner, _part(name, each))
        elif isinstance(others, dict):
            found += _complaints(others, inner, _part(name, each))
        elif known is not None or others is False:
            found.append(f"{_part(name, each)} is unknown to Stripe")
    return found


def _array_complaints(schema: Json, value: FormValue, name: str) -> list[str]:
    if not isinstance(value, dict) or list(value) != [str(at) for at in range(len(value))]:
        return [f"{name} is a list, not {value!r}"]
    return [
        complaint
        for at, inner in value.items()
        for complaint in _complaints(schema["items"], inner, _part(name, at))
    ]


def _string_complaints(schema: Json, value: FormValue, name: str) -> list[str]:
    if not isinstance(value, str):
        return [f"{name} is a text, not a hash"]
    if value not in schema.get("enum", [value]):
        return [f"{name} is none of Stripe's choices: {value!r}"]
    if len(value) > schema.get("maxLength", len(value)):
        return [f"{name} is longer than {schema['maxLength']} characters"]
    pattern = FORMATS.get(schema.get("format", ""), ".*")
    return [] if re.fullmatch(pattern, value, re.DOTALL) else [f"{name} is malformed: {value!r}"]


def _spelled(kind: str, pattern: str) -> Callable[[Json, FormValue, str], list[str]]:
    def check(_schema: Json, value: FormValue, name: str) -> list[str]:
        fits = isinstance(value, str) and re.fullmatch(pattern, value)
        return [] if fits else [f"{name} is {kind}, not {value!r}"]

    return check


def _depth(complaints: list[str]) -> int:
    return max(complaint.split(" ")[0].count("[") for complaint in complaints)


def _part(name: str, part: str) -> str:
    return f"{name}[{part}]" if name else part


FORMATS = {"currency": "[A-Za-z]{3}", "decimal": r"-?\d+(\.\d+)?"}
CHECKS: dict[str, Callable[[Json, Any, str], list[str]]] = {
    "object": _object_complaints,
    "array": _array_complaints,
    "string": _string_complaints,
    "integer": _spelled("a whole number", r"-?\d+"),
    "number": _spelled("a number", r"-?\d+(\.\d+)?"),
    "boolean": _spelled("true or false", "true|false"),
}
