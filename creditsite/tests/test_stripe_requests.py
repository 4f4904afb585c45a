"""The watch over what the site asks of Stripe: it must notice, or it proves nothing."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from billing.tests.stripe_account import StripeAccount
from creditsite.tests.sandbox_fixtures import refuse_what_stripe_does_not_know
from creditsite.tests.stripe_requests import RequestWatch, complaints_about
from stripe_sandbox.tests import openapi

CHECKOUT = "/v1/checkout/sessions"
GOOD_CHECKOUT = {
    "mode": "payment",
    "success_url": "https://credits.example.com/",
    "expires_at": "1800000000",
    "line_items[0][quantity]": "1",
    "line_items[0][price_data][currency]": "usd",
    "line_items[0][price_data][unit_amount]": "5000",
    "line_items[0][price_data][product_data][name]": "500 credits",
    "metadata[top_up]": "7",
    "invoice_creation[enabled]": "true",
}

needs_document = pytest.mark.skipif(
    not openapi.is_present(),
    reason=f"Stripe's OpenAPI document is not at {openapi.DOCUMENT} (see STRIPE_OPENAPI): "
    "no request of any test is held against it.",
)


def entry(method: str, path: str, parameters: dict[str, str], **more: Any) -> dict[str, Any]:
    """Return what the sandbox's log would hold of a request that it took."""
    answered = {"status": 200, "error": None, "error_code": None, "fault": None}
    asked = {"method": method, "path": path, "parameters": [[*pair] for pair in parameters.items()]}
    return {"number": 1, "id": "req_1", **asked, **answered, **more}


@needs_document
def test_what_stripe_publishes_is_fine() -> None:
    listing = {"created[gte]": "1700000000", "limit": "10", "expand[0]": "data.customer"}
    assert not complaints_about(entry("POST", CHECKOUT, GOOD_CHECKOUT))
    assert not complaints_about(entry("GET", CHECKOUT, listing))
    assert not complaints_about(entry("GET", "/v1/checkout/sessions/cs_test_1", {}))
    assert not complaints_about(entry("POST", "/v1/customers/cus_1", {"metadata": ""}))


@needs_document
@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("surprise", "1", "surprise is unknown to Stripe"),
        ("invoice_creation[surprise]", "1", "invoice_creation[surprise] is unknown to Stripe"),
        (
            "line_items[0][price_data][surprise]",
            "1",
            "line_items[0][price_data][surprise] is unknown to Stripe",
        ),
        ("expires_at", "tomorrow", "expires_at is a whole number, not 'tomorrow'"),
        ("expires_at", "18.5", "expires_at is a whole number, not '18.5'"),
        (
            "invoice_creation[enabled]",
            "True",
            "invoice_creation[enabled] is true or false, not 'True'",
        ),
        ("mode", "gift", "mode is none of Stripe's choices: 'gift'"),
        ("metadata[top_up][id]", "7", "Invalid object: metadata[top_up][id] is given both"),
        ("metadata[more][id]", "7", "metadata[more] is a text, not a hash"),
        ("line_items[2][quantity]", "1", "line_items is a list, not {"),
        ("customer[id]", "cus_1", "customer is a text, not a hash"),
        ("discounts", "HALF", "discounts is a list, not 'HALF'"),
        ("consent_collection", "yes", "consent_collection is a hash, not 'yes'"),
        ("client_reference_id", "7" * 201, "client_reference_id is longer than 200 characters"),
        ("currency", "dollars", "currency is malformed: 'dollars'"),
    ],
)
def test_what_stripe_does_not_publish_is_named(name: str, value: str, complaint: str) -> None:
    (found,) = complaints_about(entry("POST", CHECKOUT, GOOD_CHECKOUT | {name: value}))
    assert found.startswith(complaint)


@needs_document
def test_what_stripe_needs_and_was_not_sent_is_named() -> None:
    assert complaints_about(entry("POST", "/v1/coupons", {"id": "HALF"})) == []
    assert complaints_about(entry("POST", "/v1/promotion_codes", {"code": "HALF"})) == [
        "promotion is missing"
    ]


@needs_document
@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/v1/top_ups"), ("DELETE", CHECKOUT), ("GET", "/v1/customers/"), ("PUT", CHECKOUT)],
)
def test_an_operation_that_stripe_does_not_have_is_named(method: str, path: str) -> None:
    assert complaints_about(entry(method, path, {})) == [f"Stripe has no {method} {path}"]


@pytest.mark.parametrize(
    ("status", "code", "error", "noticed"),
    [
        (400, "parameter_unknown", "Received unknown parameter: surprise", True),
        (400, None, "The Stripe sandbox does not support this yet: tax", True),
        (404, None, "Unrecognized request URL", True),
        (500, None, "The Stripe sandbox failed; see its output.", True),
        (404, "resource_missing", "No such customer: 'cus_1'", False),
        (402, "card_declined", "Your card was declined.", False),
        (409, "idempotency_key_in_use", "There is another request", False),
    ],
)
def test_what_the_sandbox_could_not_take_is_noticed(
    status: int, code: str | None, error: str, noticed: bool
) -> None:
    answered = {"status": status, "error_code": code, "error": error}
    found = complaints_about(entry("POST", CHECKOUT, GOOD_CHECKOUT, **answered))
    assert found == ([f"the sandbox answered {status}: {error}"] if noticed else [])


def test_failures_that_a_test_ordered_are_no_trouble() -> None:
    ordered = {"status": 500, "error": "down", "fault": "api_failure"}
    assert not complaints_about(entry("POST", CHECKOUT, GOOD_CHECKOUT, **ordered))


def test_requests_that_left_the_log_are_missed() -> None:
    watch = RequestWatch("http://127.0.0.1:9")
    good = entry("GET", CHECKOUT, {})
    assert not watch.look_through([good, good | {"number": 2}])
    assert watch.look_through([good | {"number": 9}]) == ["requests 3 to 8 were never seen"]
    assert not watch.look_through([good | {"number": 10}])


@needs_document
def test_a_request_of_stripes_own_library_is_seen_once_and_fails_the_test(
    watched_sandbox: RequestWatch,
) -> None:
    refuse_what_stripe_does_not_know(watched_sandbox)
    client = stripe.StripeClient(
        "sk_test_watched0watched0watched0",
        base_addresses={"api": watched_sandbox.url},
        max_network_retries=0,
    )
    client.v1.customers.create({"name": "Ann", "metadata": {"number": "1"}})
    refuse_what_stripe_does_not_know(watched_sandbox)
    for wrong in ({"surprise": 1}, {"validate": "perhaps"}):
        with pytest.raises(stripe.InvalidRequestError):
            client.v1.customers.create(wrong)  # type: ignore[arg-type]
    with pytest.raises(stripe.InvalidRequestError):
        client.raw_request("get", "/v1/top_ups")
    with pytest.raises(pytest.fail.Exception) as failure:
        refuse_what_stripe_does_not_know(watched_sandbox)
    told = str(failure.value)
    assert "POST /v1/customers (req_" in told
    assert "surprise is unknown to Stripe" in told
    assert "Stripe has no GET /v1/top_ups" in told
    refuse_what_stripe_does_not_know(watched_sandbox)


@needs_document
def test_emptying_an_account_hides_nothing(watched_sandbox: RequestWatch) -> None:
    key = "sk_test_emptied0emptied0emptied0"
    client = stripe.StripeClient(key, base_addresses={"api": watched_sandbox.url})
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.customers.create({"surprise": 1})  # type: ignore[arg-type]
    StripeAccount(watched_sandbox.url, key).reset()
    with pytest.raises(pytest.fail.Exception, match="surprise is unknown to Stripe"):
        refuse_what_stripe_does_not_know(watched_sandbox)
