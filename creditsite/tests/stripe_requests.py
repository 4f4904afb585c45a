"""What the site asks of Stripe, read from the sandbox's log and held against Stripe's own list."""

from __future__ import annotations

import json
import urllib.request
from dataclasses import dataclass
from typing import Any

from stripe_sandbox.tests import openapi
from stripe_sandbox.tests.openapi_requests import complaints_about_request

UNAUTHORIZED = 401
# Whatever proxy the machine has is not meant for this.
DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass
class RequestWatch:
    """Looks through a sandbox's log of requests, of all its accounts, each request once."""

    url: str
    seen: int = 0

    def complaints(self) -> list[str]:
        """Return what is wrong with the requests that ended since the last call.

        Where Stripe's document is absent, only what the sandbox itself could not take is wrong.
        """
        log = f"{self.url}/_sandbox/requests?since={self.seen}"
        with DIRECTLY.open(log, timeout=20) as answer:
            newest_first = json.load(answer)["requests"]
        return self.look_through(newest_first[::-1])

    def look_through(self, entries: list[dict[str, Any]]) -> list[str]:
        """Return what is wrong with these entries, the oldest first, and with their numbers.

        The log keeps only so many requests of an account, but numbers them without a gap.
        """
        found = []
        for entry in entries:
            if entry["number"] != self.seen + 1:
                found.append(f"requests {self.seen + 1} to {entry['number'] - 1} were never seen")
            self.seen = entry["number"]
            found += [f"{_name(entry)}: {each}" for each in complaints_about(entry)]
        return found


def complaints_about(entry: dict[str, Any]) -> list[str]:
    """Return what is wrong with one entry of the log."""
    found = []
    # Of a request whose key was refused, the sandbox reads no parameters.
    if openapi.is_present() and entry["status"] != UNAUTHORIZED:
        found += complaints_about_request(entry["method"], entry["path"], entry["parameters"])
    if _is_misunderstood(entry):
        found.append(f"the sandbox answered {entry['status']}: {entry['error']}")
    return found


def _is_misunderstood(entry: dict[str, Any]) -> bool:
    """Tell whether the answer says that the request should never have been made like this.

    Refusals for what the objects are is part of the game: a declined card, a lost customer.
    """
    code, status = entry["error_code"] or "", entry["status"]
    if entry["fault"]:
        return False
    return (
        code.startswith("parameter_")
        or (status == 404 and not code)
        or status >= 500
        or "does not support this yet" in (entry["error"] or "")
    )


def _name(entry: dict[str, Any]) -> str:
    return f"{entry['method']} {entry['path']} ({entry['id']})"
