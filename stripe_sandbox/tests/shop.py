"""What the tests do as a shop: talk to the API with Stripe's own library, and record it."""

import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx
import stripe

from stripe_sandbox import API_VERSION
from stripe_sandbox.tests import openapi

Json = dict[str, Any]

SUCCESS_URL = "https://shop.example/thanks?session={CHECKOUT_SESSION_ID}&from=stripe"
CANCEL_URL = "https://shop.example/cart"


def new_key() -> str:
    """Return a secret key: an account that no other test knows."""
    return "sk_test_" + secrets.token_hex(16)


class RecordingClient(stripe.RequestsClient):
    """Stripe's HTTP client, which keeps what was answered."""

    def __init__(self) -> None:
        super().__init__(timeout=20)
        self.answers: list[tuple[str, str, int, Any]] = []

    def request(  # type: ignore[override]
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """Send a request as the library would, and note the answer."""
        body, status, answer_headers = super().request(method, url, headers, post_data)
        self.answers.append((method, urlsplit(url).path, status, json.loads(body)))
        return body, status, answer_headers


@dataclass
class Shop:
    """One account of a sandbox, seen from outside."""

    url: str
    key: str = field(default_factory=new_key)

    def __post_init__(self) -> None:
        self.recorder = RecordingClient()
        self.stripe = stripe.StripeClient(
            self.key,
            base_addresses={"api": self.url},
            stripe_version=API_VERSION,
            max_network_retries=0,
            http_client=self.recorder,
        ).v1
        # verify: loading certificates takes longer than a test, and nothing here is TLS.
        self.http = httpx.Client(base_url=self.url, trust_env=False, timeout=20, verify=False)

    def call(self, method: str, path: str, pairs: Any = None, **headers: str) -> httpx.Response:
        """Send a raw request with this shop's key."""
        sent = {"Authorization": f"Bearer {self.key}"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        where = {"params": pairs} if method == "GET" else {"data": pairs}
        answer = self.http.request(method, path, headers=sent, **where)
        if answer.headers.get("content-type") == "application/json" and path.startswith("/v1"):
            record = (method, urlsplit(path).path, answer.status_code, answer.json())
            self.recorder.answers.append(record)
        return answer

    def switch(self, **wanted: Any) -> None:
        """Change switches of this account."""
        headers = {"Authorization": f"Bearer {self.key}"}
        self.http.post("/_sandbox/switches", json=wanted, headers=headers).raise_for_status()

    def open_session(self, **more: Any) -> stripe.checkout.Session:
        """Open a session over 25 dollars, unless asked otherwise."""
        wishes = {
            "mode": "payment",
            "success_url": SUCCESS_URL,
            "cancel_url": CANCEL_URL,
            "line_items": [line(2500)],
            **more,
        }
        return self.stripe.checkout.sessions.create(wishes)  # type: ignore[arg-type]

    def pay(self, session_id: str, **wishes: str) -> httpx.Response:
        """Pay a session by the control API."""
        return self.http.post(f"/_sandbox/checkout/sessions/{session_id}/pay", json=wishes)

    def events(self, *types: str) -> list[Json]:
        """Return this account's events, oldest first, as JSON."""
        pairs = [("limit", "100"), *[("types[]", each) for each in types]]
        found: list[Json] = []
        more = True
        while more:
            cursor = [("starting_after", found[-1]["id"])] if found else []
            answer = self.call("GET", "/v1/events", pairs + cursor).json()
            found += answer["data"]
            more = answer["has_more"]
        return found[::-1]

    def event_types(self) -> list[str]:
        """Return the types of this account's events, oldest first."""
        return [event["type"] for event in self.events()]

    def wait_for_event(self, event_type: str, count: int = 1) -> Json:
        """Return the newest event of a type as soon as there are as many of it."""
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            found = self.events(event_type)
            if len(found) >= count:
                return found[-1]
            time.sleep(0.02)
        raise AssertionError(f"no {count} {event_type} among {self.event_types()}")

    def charge(self, card: str = "pm_card_visa", cents: int = 2500, **more: Any) -> Json:
        """Pay an intent by the API, and return its charge."""
        wishes = {"amount": cents, "currency": "usd", "payment_method": card, "confirm": True}
        intent = self.stripe.payment_intents.create(wishes | more)  # type: ignore[arg-type]
        charge_id = str(intent.latest_charge)
        return self.stripe.charges.retrieve(charge_id).to_dict()

    def endpoint(self, url: str, *types: str) -> stripe.WebhookEndpoint:
        """Make a webhook endpoint for these types, or for all."""
        wishes = {"url": url, "enabled_events": list(types) or ["*"]}
        return self.stripe.webhook_endpoints.create(wishes)  # type: ignore[arg-type]

    def deliveries(self, **filters: str) -> list[Json]:
        """Return the log of this account's deliveries, newest first."""
        answer = self.call("GET", "/_sandbox/deliveries", filters)
        found: list[Json] = answer.raise_for_status().json()["deliveries"]
        return found

    def requests(self, **filters: str) -> list[Json]:
        """Return the log of this account's requests, the last one first."""
        answer = self.call("GET", "/_sandbox/requests", filters)
        found: list[Json] = answer.raise_for_status().json()["requests"]
        return found

    def settle(self, retries_within: float = 1.0) -> list[Json]:
        """Wait until nothing is to be delivered in this time, and return the deliveries."""
        headers = {"Authorization": f"Bearer {self.key}"}
        wishes = {"timeout": 10, "retries_within": retries_within}
        answer = self.http.post("/_sandbox/settle", json=wishes, headers=headers)
        assert answer.status_code == 200, answer.text
        return self.deliveries()

    def check(self) -> None:
        """Hold everything that was answered, and every event, against Stripe's schema."""
        for event in self.events():
            thing = event["data"]["object"]
            if event["type"] == "invoice.upcoming":  # of an invoice that is nowhere yet
                assert "id" not in thing
                thing = thing | {"id": "in_upcoming"}
            found = openapi.complaints_about_object(thing)
            assert not found, (event["type"], found)
        for method, path, status, body in self.recorder.answers:
            found = openapi.complaints_about_answer(method, path, status, body)
            assert not found, (method, path, status, found)

    def close(self) -> None:
        """Let go of the connections."""
        self.http.close()
        self.recorder.close()  # type: ignore[no-untyped-call]


def line(cents: int, name: str = "500 credits", quantity: int = 1, currency: str = "usd") -> Json:
    """Return a line item with its price and product given inline."""
    return {
        "price_data": {
            "currency": currency,
            "unit_amount": cents,
            "product_data": {"name": name},
        },
        "quantity": quantity,
    }
