"""`/api/v1/checkouts`: start a top-up from a program."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from billing.actions import fulfil_top_up
from billing.gateway import CheckoutSession
from billing.models import Subscription, TopUp
from billing.tests.packages import make_package
from billing.tests.stripe_account import StripeAccount
from creditsite.accounts.actions import create_api_key
from creditsite.accounts.models import Scope, User
from creditsite.kernel.actor import Actor
from wallet.actions import pause_system, resume_system
from wallet.models import Wallet

PATH = "/api/v1/checkouts"
PROBLEM = "application/problem+json"

Post = Callable[..., HttpResponse]


def key_of(customer: User | None, *scopes: Scope) -> dict[str, str]:
    """Return the header of a new key; without a customer it is the platform's."""
    _, secret = create_api_key(
        customer=customer, name="Test", scopes=scopes or [Scope.BILLING_WRITE]
    )
    return {"Authorization": f"Bearer {secret}"}


@pytest.fixture
def post(customer: User, stripe_account: StripeAccount) -> Post:
    """Return a function that posts to the checkouts with the customer's key."""
    own, client = key_of(customer), Client()

    def post(body: Any, key: dict[str, str] = own, **headers: str) -> HttpResponse:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = client.post(PATH, body, content_type="application/json", headers={**key, **sent})
        assert isinstance(answer, HttpResponse)
        return answer

    return post


def test_a_checkout_is_started(post: Post, stripe_account: StripeAccount) -> None:
    answer = post({"credits": "500"})
    assert answer.status_code == 201
    top_up = TopUp.objects.get()
    told = answer.json()  # type: ignore[attr-defined]
    assert told == {
        "id": str(top_up.pk),
        "status": "pending",
        "url": top_up.checkout_url,
        "credits": "500.0000",
        "package": None,
        "quote": {
            "lines": [
                {
                    "kind": "base",
                    "label": "500 credits",
                    "reason": "$0.10 each",
                    "percent": None,
                    "amount_cents": 5000,
                    "subtotal_cents": 5000,
                },
                {
                    "kind": "volume",
                    "label": "Volume discount",
                    "reason": "10% off from 500 credits on",
                    "percent": "10.00",
                    "amount_cents": -500,
                    "subtotal_cents": 4500,
                },
            ],
            "bonus_credits": "0.0000",
            "code": "",
            "notes": [],
            "total_cents": 4500,
            "currency": "usd",
        },
        "expires_at": told["expires_at"],
        "created_at": told["created_at"],
    }
    assert told["expires_at"].endswith("Z")
    assert told["url"].startswith(stripe_account.url)
    assert top_up.actor.startswith("api_key:ck_")


def test_a_checkout_of_a_package_is_started(post: Post, stripe_account: StripeAccount) -> None:
    make_package("team")
    answers = [post({"package": "team"}, Idempotency_Key="k1") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[1]["Idempotent-Replayed"] == "true"
    told = answers[0].json()  # type: ignore[attr-defined]
    subscription = Subscription.objects.get()
    assert (told["id"], told["status"]) == (str(subscription.pk), "pending")
    assert told["url"] == subscription.checkout_url
    assert (told["package"], told["credits"]) == ("team", "350.0000")
    assert told["quote"]["total_cents"] == 2999


def test_a_second_subscription_is_refused_with_the_next_step(
    post: Post, stripe_account: StripeAccount
) -> None:
    make_package("team")
    post({"package": "team"})
    Subscription.objects.update(
        status="active", stripe_id="sub_1", period_start="2026-01-01T00:00Z",
        period_end="2026-02-01T00:00Z",
    )  # fmt: skip
    answer = post({"package": "team"})
    problem = answer.json()  # type: ignore[attr-defined]
    assert (answer.status_code, problem["code"]) == (409, "subscription_exists")
    assert problem["next_step"]["url"].endswith("/billing/plans/")


def test_a_retry_answers_the_first_result(post: Post) -> None:
    first, again = (post({"credits": "500"}, Idempotency_Key="k1") for _ in range(2))
    assert first.content == again.content
    assert "Idempotent-Replayed" not in first
    assert again["Idempotent-Replayed"] == "true"
    assert TopUp.objects.count() == 1


def test_another_body_under_the_same_key_is_refused(post: Post) -> None:
    post({"credits": "500"}, Idempotency_Key="k1")
    answer = post({"credits": "600"}, Idempotency_Key="k1")
    assert answer.status_code == 409
    assert answer.json()["code"] == "idempotency_key_reused"  # type: ignore[attr-defined]


BAD_BODIES: list[Any] = [
    {"credits": "-500"}, {"credits": "0"}, {"credits": 0}, {"credits": "NaN"},
    {"credits": "Infinity"}, {"credits": "1e30"}, {"credits": "1e9"}, {"credits": 1e300},
    {"credits": "10.00001"}, {"credits": "9.9999"}, {"credits": "100000.0001"},
    {"credits": "9" * 400}, {"credits": ""}, {"credits": " "}, {"credits": "five hundred"},
    {"credits": None}, {"credits": True}, {"credits": []}, {"credits": {}},
    {"credits": "1,000"}, {}, [], "500", 500, None, {"credits": "500", "price": "0"},
    {"credits": "500", "package": "team"}, {"package": ""}, {"package": "a b"},
    {"credits": "500", "code": "x" * 41}, {"credits": "500", "code": ["SPRING"]},

    {"credits": "500", "wallet": 0}, {"credits": "500", "wallet": "mine"},
    {"credits": "500", "wallet": 2**63}, {"credits": "500", "wallet": 1.5},
    {"Credits": "500"}, '{"credits": "500"', '{"credits": NaN}', "\x00", "[" * 5000,
]  # fmt: skip


@pytest.mark.parametrize("body", BAD_BODIES, ids=lambda body: repr(body)[:40])
def test_a_bad_body_is_refused_and_nothing_is_kept(
    post: Post, body: Any, stripe_account: StripeAccount
) -> None:
    answer = post(body, Idempotency_Key="k1")
    assert answer.status_code == 400
    assert answer["Content-Type"] == PROBLEM
    assert not TopUp.objects.exists()
    assert not stripe_account.sessions()


@pytest.mark.parametrize("key", ["k" * 256, "with blank", "tab\tbed", "ümlaut", "\x7f"])
def test_a_bad_key_is_refused_and_nothing_is_kept(post: Post, key: str) -> None:
    answer = post({"credits": "500"}, Idempotency_Key=key)
    assert answer.status_code == 400
    assert answer["Content-Type"] == PROBLEM
    assert not TopUp.objects.exists()


def test_ten_megabytes_are_refused_before_they_are_read(post: Post) -> None:
    answer = post({"credits": "500", "padding": "x" * 10_000_000})
    assert answer.status_code == 413
    assert not TopUp.objects.exists()


def test_the_limits_are_told(post: Post) -> None:
    told = post({"credits": "5"}).json()  # type: ignore[attr-defined]
    assert told["code"] == "top_up_out_of_range"
    assert (told["minimum"], told["maximum"]) == ("10", "100000")


def test_while_stripe_is_down_the_answer_says_when_to_come_back(
    post: Post, settings: Settings
) -> None:
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    answer = post({"credits": "500"})
    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"
    assert answer.json()["code"] == "stripe_unavailable"  # type: ignore[attr-defined]


def test_a_key_without_the_scope_may_not_buy(post: Post, customer: User) -> None:
    answer = post({"credits": "500"}, key_of(customer, Scope.WALLET_READ, Scope.USAGE_WRITE))
    assert answer.status_code == 403
    assert not TopUp.objects.exists()


def test_without_a_key_nobody_buys(post: Post) -> None:
    assert post({"credits": "500"}, {}).status_code == 401


def test_a_platform_key_buys_for_the_wallet_it_names(post: Post, wallet: Wallet) -> None:
    answer = post({"credits": "500", "wallet": wallet.pk}, key_of(None))
    assert answer.status_code == 201
    assert TopUp.objects.get().wallet == wallet


def test_a_platform_key_must_name_a_wallet_there_is(post: Post) -> None:
    platform = key_of(None)
    assert post({"credits": "500"}, platform).status_code == 400
    assert post({"credits": "500", "wallet": 999_999}, platform).status_code == 404


def test_a_stranger_does_not_buy_for_another_wallet(
    post: Post, wallet: Wallet, stranger: User
) -> None:
    answer = post({"credits": "500", "wallet": wallet.pk}, key_of(stranger))
    assert answer.status_code == 404
    assert not TopUp.objects.exists()


def test_a_checkout_tells_how_it_stands(
    top_up: TopUp, customer: User, stripe_account: StripeAccount
) -> None:
    key = key_of(customer)
    pending = Client().get(f"{PATH}/{top_up.pk}", headers=key).json()
    assert (pending["status"], pending["url"]) == ("pending", top_up.checkout_url)
    stripe_account.pay(top_up.stripe_session_id)
    fulfil_top_up(session=CheckoutSession.of(stripe_account.session(top_up.stripe_session_id)))
    paid = Client().get(f"{PATH}/{top_up.pk}", headers=key).json()
    assert (paid["status"], paid["url"]) == ("paid", None)


def test_only_its_customer_and_the_platform_see_a_checkout(
    top_up: TopUp, customer: User, stranger: User
) -> None:
    path = f"{PATH}/{top_up.pk}"
    assert Client().get(path, headers=key_of(customer)).status_code == 200
    assert Client().get(path, headers=key_of(None)).status_code == 200
    assert Client().get(path, headers=key_of(stranger)).status_code == 404
    assert Client().get(path, headers=key_of(customer, Scope.WALLET_READ)).status_code == 403
    assert Client().get(path).status_code == 401
    assert Client().get(f"{PATH}/{uuid4()}", headers=key_of(customer)).status_code == 404


def test_a_signed_in_customer_needs_no_key(customer: User, stripe_account: StripeAccount) -> None:
    browser = Client()
    browser.force_login(customer)
    answer = browser.post(PATH, {"credits": "500"}, content_type="application/json")
    assert answer.status_code == 201


def test_while_the_system_is_paused_a_checkout_waits(post: Post) -> None:
    pause_system(reason="The database moves", actor=Actor.system("test"))
    answer = post({"credits": "500"}, idempotency_key="k")
    assert (answer.status_code, answer["Content-Type"]) == (503, PROBLEM)
    assert int(answer["Retry-After"]) > 0
    told = answer.json()  # type: ignore[attr-defined]
    assert (told["code"], told["reason"]) == ("system_paused", "The database moves")
    resume_system(actor=Actor.system("test"))
    assert post({"credits": "500"}, idempotency_key="k").status_code == 201
