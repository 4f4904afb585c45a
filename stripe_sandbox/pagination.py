"""Lists of objects: newest first, by cursor."""

from collections.abc import Iterable
from typing import Any

from stripe_sandbox.accounts import Object
from stripe_sandbox.errors import invalid_request, no_such
from stripe_sandbox.operations import Call
from stripe_sandbox.parameters import Fields, Integer, Moments, Text

FIRST_PAGE = 10

PAGE: Fields = {
    "limit": Integer(least=1, most=100),
    "starting_after": Text(),
    "ending_before": Text(),
}
DATED_PAGE: Fields = {**PAGE, "created": Moments()}


def list_kind(call: Call, kind: str, *equal: str, among: Iterable[Object] | None = None) -> Object:
    """Return a page of the account's objects of a kind.

    Args:
        equal: parameters that an object's attribute of the same name must equal.
        among: the objects to choose from, oldest first, when not all of the kind.
    """
    things = call.account.of_kind(kind).values() if among is None else among
    wanted = {name: call.sent[name] for name in equal if call.sent.get(name) is not None}
    span = call.sent.get("created") or {}
    chosen = [
        thing
        for thing in things
        if not thing.get("deleted")
        and all(thing.get(name) == value for name, value in wanted.items())
        and within(thing.get("created", 0), span)
    ]
    return page(call, kind, chosen[::-1])


def page(call: Call, kind: str, things: list[Object]) -> Object:
    """Return the page of a list, in the given order, that the cursors ask for."""
    limit = call.sent.get("limit") or FIRST_PAGE
    after, before = call.sent.get("starting_after"), call.sent.get("ending_before")
    if after and before:
        raise invalid_request("Give either starting_after or ending_before.", "starting_after")
    first, last = 0, len(things)
    if after:
        first = _position(kind, things, after, "starting_after") + 1
    if before:
        last = _position(kind, things, before, "ending_before")
        first = max(0, last - limit)
        return as_list(things[first:last], call.path, has_more=first > 0)
    return as_list(things[first : first + limit], call.path, has_more=first + limit < last)


def first_page(things: list[Object], url: str) -> Object:
    """Return the beginning of a list, as it is shown inside of another object."""
    return as_list(things[:FIRST_PAGE], url, has_more=len(things) > FIRST_PAGE)


def as_list(things: list[Object], url: str, *, has_more: bool = False) -> Object:
    """Return Stripe's list object."""
    return {"object": "list", "data": things, "has_more": has_more, "url": url}


def within(moment: int, span: dict[str, Any]) -> bool:
    """Tell whether a time lies in a ``created`` range."""
    tests = {
        "gt": moment.__gt__,
        "gte": moment.__ge__,
        "lt": moment.__lt__,
        "lte": moment.__le__,
    }
    return all(limit is None or tests[side](limit) for side, limit in span.items())


def _position(kind: str, things: list[Object], cursor: str, param: str) -> int:
    for at, thing in enumerate(things):
        if thing["id"] == cursor:
            return at
    raise no_such(kind, cursor, param, 400)
