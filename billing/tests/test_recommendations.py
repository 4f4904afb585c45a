"""Recommendations on the wallet's pages and in the API."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from billing.tests.packages import make_package
from billing.tests.stripe_account import StripeAccount
from billing.tests.subscribers import Subscriber
from creditsite.accounts.actions import create_api_key
from creditsite.accounts.models import Scope, User
from creditsite.kernel.actor import Actor
from wallet.actions import BatchItem, add_service, close_wallet, grant_credits, spend_batch
from wallet.models import GrantSource, Wallet
from wallet.tests.older import make_older

ACTOR = Actor.system("test")
OVERVIEW, USAGE = "/wallet/", "/wallet/usage/"
MOST_QUERIES = 15


@pytest.fixture
def use(wallet: Wallet) -> Callable[..., None]:
    """Use so many credits as top-ups cost them, by runs of ten that do not fail."""
    numbers = iter(range(10_000))

    def spend(credits: int, **metadata: str) -> None:
        grant_credits(
            wallet=wallet,
            credits=Decimal(credits),
            source=GrantSource.TOP_UP,
            idempotency_key=f"grant-{next(numbers)}",
            actor=ACTOR,
            cost_cents=credits * 10,
        )
        add_service(slug="maps", name="Maps", unit="run", credits_per_unit=Decimal(10))
        items = [
            BatchItem(wallet.pk, "maps", Decimal(1), f"run-{number}", {"job": number, **metadata})
            for number in [next(numbers) for _ in range(credits // 10)]
        ]
        spend_batch(items=items, actor=ACTOR)

    return spend


@pytest.fixture
def signed_in(client: Client, customer: User) -> Client:
    client.force_login(customer)
    return client


@pytest.fixture
def lived(stripe_account: StripeAccount, use: Callable[..., None]) -> None:
    """A history of four weeks: 400 credits, 80 of them for runs that failed; team is on sale."""
    make_package("team")
    use(320)
    use(80, outcome="failed")
    make_older(28)


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_a_new_customer_reads_why_there_is_nothing(signed_in: Client) -> None:
    page = text(signed_in, USAGE)
    assert "Nothing to recommend" in page and "fewer than 28 whole days" in page
    assert "Recommendations" not in text(signed_in, OVERVIEW)


def test_a_customer_for_whom_nothing_is_found_reads_what_was_looked_at(
    signed_in: Client, stripe_account: StripeAccount, use: Callable[..., None]
) -> None:
    use(10)
    make_older(28)
    page = text(signed_in, USAGE)
    assert "Nothing to recommend" in page and "We looked at your last 28 days" in page
    assert "What the last 28 days would have cost on each plan" in page
    assert "Recommendations" not in text(signed_in, OVERVIEW)


def test_the_usage_page_shows_all_with_the_table(signed_in: Client, lived: None) -> None:
    page = text(signed_in, USAGE)
    # 400 in 28 days are 434.5238 in a month: 41.28 as top-ups; team lacks 84.5238: 8.45.
    assert "Another plan costs less" in page and "$2.84" in page
    assert "would have cost $38.44 a month with Team instead of $41.28" in page
    assert "Runs keep failing" in page and "8 of 40 runs of Maps failed" in page
    assert page.count('class="advice__item"') == 2
    assert '<span class="badge">Yours</span>' in page


def test_the_overview_shows_what_matters_most(signed_in: Client, lived: None) -> None:
    page = text(signed_in, OVERVIEW)
    assert page.index("Runs keep failing") < page.index("Another plan costs less")
    assert 'href="/wallet/usage/#recommendations"' in page


def test_a_stranger_sees_nothing_of_it(client: Client, lived: None, stranger: User) -> None:
    client.force_login(stranger)
    for path in (OVERVIEW, USAGE):
        page = text(client, path)
        # What services there are and cost is everybody's to know.
        assert "Runs keep failing" not in page and "of Maps failed" not in page


@pytest.mark.django_db(transaction=True)
def test_a_page_asks_the_database_no_more_for_a_longer_history(
    client: Client, on_team: Subscriber, use: Callable[..., None]
) -> None:
    client.force_login(on_team.customer)
    counts = []
    for days in (1, 30, 60):
        use(200, outcome="failed")
        make_older(days)
        for path in (OVERVIEW, USAGE):
            client.get(path)
            with CaptureQueriesContext(connection) as asked:
                client.get(path)
            counts.append(len(asked))
    assert max(counts) <= MOST_QUERIES
    assert counts[2:4] == counts[4:6]


# The API.


def ask(customer: User | None, query: str = "", *scopes: Scope) -> Any:
    _, key = create_api_key(customer=customer, name="k", scopes=scopes or [Scope.WALLET_READ])
    headers = {"Authorization": f"Bearer {key}"}
    return Client(headers=headers).get(f"/api/v1/recommendations{query}")


TEAM = {
    "package": "team",
    "interval": "month",
    "plan_cents": 2999,
    "top_up_cents": 845,
    "monthly_cents": 3844,
    "currency": "usd",
    "bought": "84.5200",
    "is_current": False,
}
TOP_UPS = {
    "package": None,
    "interval": None,
    "plan_cents": 0,
    "top_up_cents": 4128,
    "monthly_cents": 4128,
    "currency": "usd",
    "bought": "434.5200",
    "is_current": True,
}


def test_the_api_tells_the_same(lived: None, customer: User, wallet: Wallet) -> None:
    told = ask(customer).json()
    assert (told["history_days"], told["reason"], told["next"]) == (28, None, None)
    assert [each["kind"] for each in told["data"]] == ["failing_service", "better_package"]
    assert told["data"][1] == {
        "kind": "better_package",
        "title": "Another plan costs less",
        "sentence": "What you used in the last 28 days would have cost $38.44 a month with Team "
        "instead of $41.28 with top-ups alone.",
        "monthly_cents": 284,
        "currency": "usd",
        "facts": {
            "history_days": 28,
            "credits_used_monthly": ["434.5238"],
            "package": "team",
            "monthly_cents": 3844,
            "current_package": None,
            "current_monthly_cents": 4128,
        },
        "next_step": {
            "label": "Compare the plans",
            "url": f"{settings.SITE_URL}/billing/plans/",
        },
    }
    assert told["comparison"] == {"days": 28, "use": ["434.5238"], "rows": [TEAM, TOP_UPS]}
    assert ask(None, f"?wallet={wallet.pk}").json() == told


def test_the_api_says_why_it_tells_nothing(customer: User, wallet: Wallet) -> None:
    assert ask(customer).json() == {
        "data": [],
        "next": None,
        "history_days": 0,
        "reason": "too_little_history",
        "comparison": None,
    }
    close_wallet(wallet=wallet, reason="Goodbye", actor=Actor.user(1))
    assert ask(customer).json()["reason"] == "wallet_closed"


def test_the_api_tells_a_stranger_and_another_scope_nothing(
    lived: None, customer: User, stranger: User, wallet: Wallet
) -> None:
    answer = ask(stranger, f"?wallet={wallet.pk}")
    assert (answer.status_code, answer.json()["code"]) == (404, "wallet_not_found")
    assert ask(stranger).json()["data"] == []
    assert ask(customer, "", Scope.BILLING_WRITE).status_code == 403
    assert ask(None).status_code == 400
    assert ask(customer, "?days=7").status_code == 400
