"""Answer a repeated request with the first answer."""

import hashlib
import json
from collections.abc import Iterable

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.errors import StripeError

KEPT_SECONDS = 24 * 3600
LONGEST_KEY = 255


class Replies:
    """The answers kept under idempotency keys, and the keys of requests under way."""

    def __init__(self) -> None:
        self._under_way: set[tuple[str, str]] = set()

    def begin(
        self, account: Account, key: str, path: str, pairs: Iterable[tuple[str, str]], now: int
    ) -> Object | None:
        """Take a key for a request, or return the answer kept under it.

        Raises:
            StripeError: 400 ``idempotency_error`` when the key was used for something
                else, 409 while the first request is still running.
        """
        if len(key) > LONGEST_KEY:
            raise _misuse(f"An idempotency key has at most {LONGEST_KEY} characters.")
        kept = account.answers.get(key)
        if kept and kept["at"] + KEPT_SECONDS <= now:
            del account.answers[key]
            kept = None
        if kept:
            return _checked(kept, key, path, fingerprint(pairs))
        if (account.key, key) in self._under_way:
            raise StripeError(
                409,
                f"Another request with the idempotency key {key} is still in progress.",
                kind="idempotency_error",
                code="idempotency_key_in_use",
                replayable=False,
            )
        self._under_way.add((account.key, key))
        return None

    def keep(self, account: Account, key: str, reply: Object) -> None:
        """Keep the answer of a request that has begun, and drop those too old to matter."""
        account.answers[key] = reply
        for old in list(account.answers):
            if account.answers[old]["at"] + KEPT_SECONDS > reply["at"]:
                break
            del account.answers[old]

    def end(self, account: Account, key: str) -> None:
        """Release the key of a request that is over."""
        self._under_way.discard((account.key, key))


def fingerprint(pairs: Iterable[tuple[str, str]]) -> str:
    """Return what tells two requests' parameters apart, whatever their order."""
    return hashlib.sha256(json.dumps(sorted(pairs)).encode()).hexdigest()


def _checked(kept: Object, key: str, path: str, print_now: str) -> Object:
    if kept["path"] != path:
        raise _misuse(
            f"The idempotency key {key} was first used for {kept['path']}, not for {path}."
        )
    if kept["fingerprint"] != print_now:
        raise _misuse(f"The idempotency key {key} was first used with other parameters.")
    return kept


def _misuse(message: str) -> StripeError:
    return StripeError(400, message, kind="idempotency_error", replayable=False)
