"""The log of API requests."""

from collections import defaultdict, deque
from itertools import chain, count

from stripe_sandbox.accounts import Object

REMEMBERED = 5000


class RequestLog:
    """The latest requests of each account, numbered in the order in which they ended.

    It is kept in memory only: it tells what this run of the program was asked, and with it
    every save of the state would take many times as long.
    """

    def __init__(self) -> None:
        self._numbers = count(1)
        self._by_account: dict[str | None, deque[Object]] = defaultdict(
            lambda: deque(maxlen=REMEMBERED)
        )

    def add(self, entry: Object) -> None:
        """Note a request; ``account`` in it is none when its key was refused."""
        self._by_account[entry["account"]].append({"number": next(self._numbers)} | entry)

    def newest_first(self, account_id: str | None = None) -> list[Object]:
        """Return the requests of one account, or of all."""
        if account_id is not None:
            return list(reversed(self._by_account.get(account_id, ())))
        everything = chain.from_iterable(self._by_account.values())
        return sorted(everything, key=lambda entry: int(entry["number"]), reverse=True)

    def find(self, request_id: str) -> Object | None:
        """Return a request by its id."""
        everything = chain.from_iterable(self._by_account.values())
        return next((entry for entry in everything if entry["id"] == request_id), None)
