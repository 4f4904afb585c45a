"""The test's own view of the Stripe sandbox, and deliveries made by hand."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import Any

import httpx
import stripe
from django.http import HttpResponse
from django.test import Client
from djstripe.models import WebhookEndpoint

SECRET = "whsec_0123456789abcdefghijklmnopqrstuv"
GOOD_CARD = "4242424242424242"
# One for all tests: each client would read all certificates anew.
HTTP = httpx.Client(timeout=30, trust_env=False)


@dataclass(frozen=True)
class StripeAccount:
    """An account in the sandbox, by its secret key."""

    url: str
    key: str

    def call(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        """Make a request to the sandbox and return its JSON; an error raises."""
        answer = HTTP.request(
            method,
            f"{self.url}{path}",
            headers={"Authorization": f"Bearer {self.key}"},
            **options,
        )
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def reset(self) -> None:
        """Forget everything, as Stripe does when test data are deleted."""
        self.call("POST", "/_sandbox/reset")

    def switch(self, **switches: Any) -> None:
        """Change how the account behaves."""
        self.call("POST", "/_sandbox/switches", json=switches)

    def pay(self, session_id: str | None, card: str = GOOD_CARD) -> None:
        """Pay as the customer would on the Checkout page."""
        self.call("POST", f"/_sandbox/checkout/sessions/{session_id}/pay", json={"card": card})

    def expire(self, session_id: str | None) -> None:
        """Let the session's time run out."""
        self.call("POST", f"/_sandbox/checkout/sessions/{session_id}/expire")

    def session(self, session_id: str | None) -> dict[str, Any]:
        """Return a Checkout Session."""
        return self.call("GET", f"/v1/checkout/sessions/{session_id}")

    def sessions(self) -> list[dict[str, Any]]:
        """Return all Checkout Sessions."""
        return list(self.call("GET", "/v1/checkout/sessions")["data"])

    def events(self, type_: str | None = None) -> list[dict[str, Any]]:
        """Return the account's events, oldest first."""
        found = self.call("GET", "/v1/events", params={"limit": 100})["data"]
        return [event for event in reversed(found) if type_ in (None, event["type"])]

    def all_events(self) -> list[dict[str, Any]]:
        """Return all of the account's events, oldest first, page by page."""
        found: list[dict[str, Any]] = []
        while True:
            after = {"starting_after": found[-1]["id"]} if found else {}
            page = self.call("GET", "/v1/events", params={"limit": 100} | after)
            found += page["data"]
            if not page["has_more"]:
                return found[::-1]

    def advance(self, **span: float) -> None:
        """Let the account's time go on."""
        self.call("POST", "/_sandbox/advance", json=span)

    def event(self, type_: str) -> dict[str, Any]:
        """Return the one event of a type."""
        (event,) = self.events(type_)
        return event


@dataclass(frozen=True)
class Deliveries:
    """Brings events to the site's webhook address as Stripe does."""

    endpoint: WebhookEndpoint
    # One for all deliveries of a test: each client would load all middleware anew.
    client: Client = field(default_factory=Client)

    @property
    def path(self) -> str:
        return f"/stripe/webhook/{self.endpoint.djstripe_uuid}/"

    def bring(
        self,
        event: dict[str, Any] | str | bytes,
        *,
        secret: str = SECRET,
        at: float | None = None,
        header: str | None = None,
    ) -> HttpResponse:
        """Deliver an event, signed now with the endpoint's secret unless told otherwise."""
        body = json.dumps(event) if isinstance(event, dict) else event
        if header is None:
            text = body if isinstance(body, str) else body.decode("utf-8", "surrogateescape")
            header = sign(text, secret=secret, at=at)
        answer = self.client.post(
            self.path, body, content_type="application/json", headers={"Stripe-Signature": header}
        )
        assert isinstance(answer, HttpResponse)
        return answer


def sign(text: str, *, secret: str = SECRET, at: float | None = None) -> str:
    """Return the signature header Stripe would send with a body."""
    signed: str = stripe.WebhookSignature.generate_signature_header(
        text, secret, int(time.time() if at is None else at)
    )
    return signed
