"""Open ids and hidden parts of an answer as ``expand`` asks for."""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.errors import StripeError, invalid_request

DEEPEST = 4

Includable = Callable[[Account, Object], Any]

# kind -> dotted paths of fields that hold an id
_REFERENCES: dict[str, frozenset[str]] = {}
# kind -> dotted path -> what the field holds when it is asked for
_INCLUDABLES: dict[str, dict[str, Includable]] = {}


def expandable(
    kind: str, *references: str, includables: dict[str, Includable] | None = None
) -> None:
    """Declare what of a kind may be expanded.

    Args:
        references: fields that hold an id, a list of ids, or null.
        includables: fields that are left out unless expanded, and how to make them.
    """
    _REFERENCES[kind] = frozenset(references)
    _INCLUDABLES[kind] = includables or {}


def expand(account: Account, answer: Object, paths: list[str]) -> Object:
    """Return a copy of an answer with the paths opened.

    Raises:
        StripeError: 400 for a path that cannot be expanded.
    """
    opened = copy.deepcopy(answer)
    for path in paths:
        steps = path.split(".")
        if len(steps) > DEEPEST:
            raise invalid_request(
                f"You cannot expand more than {DEEPEST} levels of a property ({path}).", "expand"
            )
        _Walk(account, path).open(opened, opened, [], steps)
    return opened


@dataclass(frozen=True)
class _Walk:
    """The opening of one path."""

    account: Account
    path: str

    def open(self, root: Object, node: Any, trail: list[str], steps: list[str]) -> None:
        """Open what is left of the path.

        Args:
            root: the API object around the node.
            trail: the way from the root to the node.
        """
        if not steps or node is None:
            return
        if isinstance(node, list):
            for each in node:
                self._descend(root, each, trail, steps)
        elif isinstance(node, dict):
            if node.get("deleted"):
                return  # a stub has nothing to open, and mirrors ask all the same
            name = steps[0]
            if self._reveal(root, node, ".".join([*trail, name]), name):
                self._descend(root, node[name], [*trail, name], steps[1:])
        else:
            raise _refusal(self.path)

    def _descend(self, root: Object, child: Any, trail: list[str], steps: list[str]) -> None:
        if isinstance(child, dict) and "object" in child:
            self.open(child, child, [], steps)
        else:
            self.open(root, child, trail, steps)

    def _reveal(self, root: Object, node: Object, dotted: str, name: str) -> bool:
        """Open one field in place; return false when there is nothing to show."""
        kind, value = root.get("object", ""), node.get(name)
        include = _INCLUDABLES.get(kind, {}).get(dotted)
        refers = dotted in _REFERENCES.get(kind, ())
        if include and value is None:
            value = copy.deepcopy(include(self.account, root))
        elif refers and isinstance(value, str):
            value = self._thing(name, value)
        elif refers and isinstance(value, list):
            value = [self._thing(name, each) if isinstance(each, str) else each for each in value]
        elif self._leads_nowhere(kind, dotted, value, refers=refers):
            raise _refusal(self.path)
        if value is not None:
            node[name] = value
        return value is not None

    @staticmethod
    def _leads_nowhere(kind: str, dotted: str, value: Any, *, refers: bool) -> bool:
        if refers or isinstance(value, dict | list):
            return False
        return value is not None or not _is_on_the_way(kind, dotted)

    def _thing(self, name: str, object_id: str) -> Object | str:
        """Return a copy of what an id names; an id that names nothing stays."""
        # Coupons and products may have ids of the shop's own making: the field tells the kind.
        own = self.account.objects.get(name, {}).get(object_id)
        thing = own or self.account.find(object_id)
        return object_id if thing is None else copy.deepcopy(thing)


def _is_on_the_way(kind: str, dotted: str) -> bool:
    """Tell whether something in the field may be expanded, if there were something."""
    declared = [*_REFERENCES.get(kind, ()), *_INCLUDABLES.get(kind, ())]
    return any(path.startswith(f"{dotted}.") for path in declared)


def _refusal(path: str) -> StripeError:
    return invalid_request(f"This property cannot be expanded ({path}).", "expand")
