"""Plans, quotes, the subscription and invoices, from a program."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from billing.models import PackageVisibility
from billing.tests.packages import make_package
from billing.tests.promotions import make_promotion
from billing.tests.subscribers import Subscriber
from creditsite.accounts.actions import create_api_key
from creditsite.accounts.models import Scope, User

pytestmark = pytest.mark.django_db(transaction=True)
Call = Callable[..., Any]
WRITES = ("subscription/preview", "subscription/change", "subscription/cancel",
          "subscription/resume")  # fmt: skip


def caller(customer: User | None, *scopes: Scope) -> Call:
    """Return a function that calls the API with a new key; without a customer the platform's."""
    _, secret = create_api_key(
        customer=customer, name="Test", scopes=scopes or [Scope.BILLING_WRITE]
    )
    client = Client(headers={"Authorization": f"Bearer {secret}"})

    def call(method: str, path: str, body: Any = None) -> HttpResponse:
        sent = {} if body is None else {"data": body, "content_type": "application/json"}
        return getattr(client, method.lower())(f"/api/v1/{path}", **sent)  # type: ignore[no-any-return]

    return call


@pytest.fixture
def call(on_team: Subscriber) -> Call:
    return caller(on_team.customer)


def test_packages_are_listed_as_they_are_offered(call: Call, stranger: User) -> None:
    private = make_package("secret")
    private.visibility = PackageVisibility.PRIVATE
    private.save()
    private.customers.add(stranger)
    mine = call("GET", "packages").json()["data"]
    assert [each["slug"] for each in mine][-3:] == ["team", "solo", "works"]
    team = mine[-3]
    assert (team["price_cents"], team["credits"], team["interval"]) == (2999, "350.0000", "month")
    theirs = caller(stranger)("GET", "packages").json()["data"]
    assert theirs[-1]["slug"] == "secret"


def test_prices_are_quoted_with_a_code(call: Call) -> None:
    make_promotion(applies_to="all")
    told = call("POST", "quotes", {"credits": "100", "code": "spring"}).json()
    assert (told["credits"], told["total_cents"]) == ("100.0000", 760)
    assert [line["kind"] for line in told["lines"]] == ["base", "volume", "promotion"]
    assert [line["subtotal_cents"] for line in told["lines"]] == [1000, 950, 760]
    told = call("POST", "quotes", {"package": "works", "code": "SPRING"}).json()
    assert (told["credits"], told["total_cents"]) == ("1000.0000", 6399)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "validation_failed"),
        ({"credits": "100", "package": "team"}, 400, "validation_failed"),
        ({"credits": "1"}, 400, "top_up_out_of_range"),
        ({"credits": "100", "code": "NONE"}, 404, "promotion_not_found"),
        ({"package": "none"}, 404, "package_not_found"),
        ({"credits": "100", "coupon": "SPRING"}, 400, "validation_failed"),
    ],
)
def test_what_can_not_be_quoted_is_refused(
    call: Call, body: dict[str, str], status: int, code: str
) -> None:
    answer = call("POST", "quotes", body)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert code == answer.json()["code"]


def test_the_subscription_is_read(call: Call, stranger: User) -> None:
    told = call("GET", "subscription").json()
    assert (told["package"], told["status"], told["cancels_at"]) == ("team", "active", None)
    assert (told["price_cents"], told["credits"]) == (2999, "350.0000")
    answer = caller(stranger)("GET", "subscription")
    assert (answer.status_code, answer.json()["code"]) == (404, "subscription_not_found")
    assert answer.json()["next_step"]["url"].endswith("/billing/plans/")


def test_a_change_charges_what_its_preview_showed(call: Call, on_team: Subscriber) -> None:
    preview = call("POST", "subscription/preview", {"package": "works"}).json()
    assert preview["time"] == "now"
    assert preview["due_cents"] == preview["rest_cents"] + preview["unused_cents"]
    changed = call(
        "POST",
        "subscription/change",
        {"package": "works", "previewed_at": preview["previewed_at"]},
    ).json()
    assert changed["package"] == "works"
    upgrade = on_team.allocations[-1]
    assert upgrade.paid_cents == preview["due_cents"]
    assert f"{upgrade.credits:.4f}" == preview["credits"]


def test_a_downgrade_waits_and_is_taken_back(call: Call) -> None:
    preview = call("POST", "subscription/preview", {"package": "solo"}).json()
    assert (preview["time"], preview["due_cents"]) == ("next_period", 0)
    changed = call("POST", "subscription/change", {"package": "solo"}).json()
    assert (changed["package"], changed["next_package"]) == ("team", "solo")
    kept = call("POST", "subscription/change", {"package": "team"}).json()
    assert (kept["package"], kept["next_package"]) == ("team", None)


def test_cancel_and_resume(call: Call) -> None:
    ending = [call("POST", "subscription/cancel", {}).json() for _ in range(2)]
    assert ending[0] == ending[1]
    assert ending[0]["cancels_at"] == ending[0]["period_end"]
    refused = call("POST", "subscription/change", {"package": "works"})
    assert (refused.status_code, refused.json()["code"]) == (409, "subscription_cancelling")
    assert call("POST", "subscription/resume", {}).json()["cancels_at"] is None


def test_invoices_are_listed_newest_first(call: Call, on_team: Subscriber, stranger: User) -> None:
    call("POST", "subscription/change", {"package": "works"})
    on_team.hear()
    page = call("GET", "invoices?limit=1").json()
    (newest,) = page["data"]
    assert newest["label"] == "Change to Works"
    assert newest["subscription"] == str(on_team.subscription.pk)
    older = call("GET", page["next"].partition("/api/v1/")[2]).json()
    assert [each["label"] for each in older["data"]] == ["Team"]
    assert caller(stranger)("GET", "invoices").json() == {"data": [], "next": None}


def test_the_portal_is_opened(call: Call, on_team: Subscriber) -> None:
    answer = call("POST", "portal-sessions", {})
    assert answer.status_code == 201
    assert answer.json()["url"].startswith(on_team.account.url)


@pytest.mark.parametrize("path", WRITES)
def test_without_a_plan_there_is_nothing_to_change(
    subscriber: Subscriber, stranger: User, path: str
) -> None:
    body = {"package": "team"} if path.endswith(("preview", "change")) else {}
    answer = caller(stranger)("POST", path, body)
    assert (answer.status_code, answer.json()["code"]) == (409, "subscription_not_running")


@pytest.mark.parametrize("path", [*WRITES, "quotes", "portal-sessions"])
def test_the_scope_is_needed(customer: User, path: str) -> None:
    assert caller(customer, Scope.WALLET_READ)("POST", path, {}).status_code == 403
    assert Client().post(f"/api/v1/{path}").status_code == 401


def test_another_customers_wallet_does_not_exist(on_team: Subscriber, stranger: User) -> None:
    theirs = caller(stranger)
    wallet = on_team.wallet.pk
    for path in ("subscription", "invoices", "packages"):
        assert theirs("GET", f"{path}?wallet={wallet}").status_code == 404
    for path in (*WRITES, "portal-sessions", "quotes"):
        body = {"wallet": wallet, "package": "works", "credits": "50"}
        if path == "quotes":
            del body["package"]
        else:
            del body["credits"]
        if path.endswith(("cancel", "resume", "sessions")):
            del body["package"]
        assert theirs("POST", path, body).status_code == 404
    assert on_team.subscription.version.package.slug == "team"


def test_the_platform_names_the_wallet(on_team: Subscriber) -> None:
    platform = caller(None)
    assert platform("GET", "subscription").status_code == 400
    wallet = on_team.wallet.pk
    assert platform("GET", f"subscription?wallet={wallet}").json()["package"] == "team"
    cancelled = platform("POST", "subscription/cancel", {"wallet": wallet}).json()
    assert cancelled["cancels_at"]


def test_while_stripe_is_down_nothing_is_changed_and_it_may_be_repeated(
    call: Call, on_team: Subscriber
) -> None:
    on_team.account.switch(api_failure={"status": 503, "times": 2})
    answer = call("POST", "subscription/change", {"package": "works"})
    assert (answer.status_code, answer.json()["code"]) == (503, "stripe_unavailable")
    assert answer["Retry-After"]
    assert on_team.subscription.version.package.slug == "team"
    assert call("POST", "subscription/change", {"package": "works"}).json()["package"] == "works"
    assert on_team.allocations[-1].credits < Decimal(650)
