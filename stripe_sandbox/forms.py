"""Decode bracketed form pairs such as ``line_items[0][price]=x`` into a tree of texts."""

import re
from collections.abc import Iterable

from stripe_sandbox.errors import invalid_request

FormValue = str | dict[str, "FormValue"]
FormTree = dict[str, FormValue]

BRACKETED = re.compile(r"^([^\[\]]+)((?:\[[^\[\]]*\])*)$")
DEEPEST = 12


def decode_form(pairs: Iterable[tuple[str, str]]) -> FormTree:
    """Build the tree; list positions stay text keys, ``[]`` appends.

    Whether ``{"0": …}`` is a list or a hash is known only to the declared parameter.
    A name whose brackets do not match is kept whole, and is then refused as unknown.
    """
    tree: FormTree = {}
    for name, value in pairs:
        _insert(tree, _split(name), name, value)
    return tree


def _split(name: str) -> list[str]:
    match = BRACKETED.match(name)
    if match is None:
        return [name]
    head, tail = match.groups()
    return [head, *re.findall(r"\[([^\[\]]*)\]", tail)]


def _insert(tree: FormTree, keys: list[str], name: str, value: str) -> None:
    if len(keys) > DEEPEST:
        raise invalid_request(f"Nested too deep: {name}", param=name)
    branch = tree
    for key in keys[:-1]:
        step = branch.setdefault(key or _next_position(branch), {})
        if isinstance(step, str):
            raise invalid_request(f"Invalid object: {name} is given both a value and parts", name)
        branch = step
    last = keys[-1] or _next_position(branch)
    if isinstance(branch.get(last), dict):
        raise invalid_request(f"Invalid object: {name} is given both a value and parts", name)
    branch[last] = value


def _next_position(branch: FormTree) -> str:
    return str(len(branch))
