"""The register of API operations: method, URL template, parameters, and what it does."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from stripe_sandbox.accounts import Object
from stripe_sandbox.activity import Activity
from stripe_sandbox.errors import unrecognized_url
from stripe_sandbox.parameters import Fields, ListOf, NotYet, Text


@dataclass(kw_only=True)
class Call(Activity):
    """One request to an operation, with its parameters parsed."""

    path: str
    ids: dict[str, str]
    sent: dict[str, Any]


Action = Callable[[Call], Object]


@dataclass(frozen=True)
class Operation:
    """An entry of the register."""

    method: str
    template: str
    fields: Fields
    action: Action


_REGISTER: list[tuple[re.Pattern[str], Operation]] = []


def operation(
    method: str, template: str, fields: Fields | None = None, *, not_yet: tuple[str, ...] = ()
) -> Callable[[Action], Action]:
    """Register an action under Stripe's URL template, e.g. ``/v1/customers/{customer}``.

    Args:
        fields: its parameters besides ``expand``, which all but deletions take.
        not_yet: parameters of Stripe's that are refused by name for now.
    """

    def register(action: Action) -> Action:
        known = {**{name: NotYet() for name in not_yet}, **(fields or {})}
        if method != "DELETE":
            known["expand"] = ListOf(Text())
        pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template))
        _REGISTER.append((pattern, Operation(method, template, known, action)))
        return action

    return register


def operations() -> list[Operation]:
    """Return all operations."""
    return [entry for _, entry in _REGISTER]


def find_operation(method: str, path: str) -> tuple[Operation, dict[str, str]]:
    """Return the operation at a URL, and the ids in it.

    Raises:
        StripeError: 404 for a URL, or a method at it, that is no operation.
    """
    fitting = [
        (entry, match.groupdict())
        for pattern, entry in _REGISTER
        if entry.method == method and (match := pattern.fullmatch(path))
    ]
    if not fitting:
        raise unrecognized_url(method, path)
    # Of "/v1/invoices/create_preview" and "/v1/invoices/{invoice}" the fixed one is meant.
    return min(fitting, key=lambda found: len(found[1]))
