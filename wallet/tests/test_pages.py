"""The customer's wallet pages, without a browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from creditsite.accounts.actions import create_api_key, revoke_api_key
from creditsite.accounts.models import Scope, User
from wallet.actions import Posting, pause_system, pause_wallet, resume_system
from wallet.models import Wallet
from wallet.reports.first_steps import FirstSteps
from wallet.tests.conftest import ACTOR, Give

Spend = Callable[..., Posting]


@pytest.fixture
def signed_in(client: Client, customer: User) -> Client:
    client.force_login(customer)
    return client


@pytest.mark.parametrize("name", ["wallet:overview", "wallet:figures", "wallet:history"])
def test_a_page_asks_who_is_there(client: Client, name: str) -> None:
    answer = client.get(reverse(name))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))


def test_the_overview_shows_figures_and_newest_entries(
    signed_in: Client, give: Give, spend: Spend
) -> None:
    give("1234.5")
    spend("34.5", "a")
    page = signed_in.get(reverse("wallet:overview"))
    assert page.status_code == 200
    text = page.content.decode()
    assert "1,200.00" in text and "+1,234.50" in text and "−34.50" in text
    assert "Runs" in text


def test_a_newcomer_is_told_how_to_begin(signed_in: Client) -> None:
    text = signed_in.get(reverse("wallet:overview")).content.decode()
    assert reverse("billing:top_up") in text
    assert reverse("accounts:api_keys") in text


def test_a_paused_wallet_says_why(signed_in: Client, wallet: Wallet) -> None:
    pause_wallet(wallet=wallet, reason="Card reported stolen", actor=ACTOR)
    assert "Card reported stolen" in signed_in.get(reverse("wallet:overview")).content.decode()


def test_the_history_is_paged_both_ways_without_gap_or_overlap(
    signed_in: Client, give: Give
) -> None:
    for _ in range(60):
        give("1")
    seen: list[int] = []
    url: str | None = reverse("wallet:history")
    pages = []
    while url:
        context = signed_in.get(url).context
        pages.append([row.sequence for row in context["entries"]])
        seen += pages[-1]
        newer, url = context["newer_url"], context["older_url"]
    assert seen == list(range(60, 0, -1))
    context = signed_in.get(newer).context
    assert [row.sequence for row in context["entries"]] == pages[-2]


def test_the_history_is_filtered_and_a_bad_filter_shows_everything(
    signed_in: Client, give: Give, spend: Spend
) -> None:
    give("5")
    spend("1", "a")
    history = reverse("wallet:history")
    spends = signed_in.get(f"{history}?kind=spend&service=runs").context
    assert [row.kind for row in spends["entries"]] == ["spend"]
    assert spends["is_filtered"]
    for query in (
        "kind=gift",
        "service=none",
        "before=x",
        "before=-1",
        "after=99999999999999999999",
    ):
        assert len(signed_in.get(f"{history}?{query}").context["entries"]) == 2


def test_an_entry_page_explains_the_charge(signed_in: Client, give: Give, spend: Spend) -> None:
    give("5")
    entry = spend("2", "job-7", colour="<b>red</b>").entry
    text = signed_in.get(reverse("wallet:entry", args=[entry.pk])).content.decode()
    assert "2 × 1.0000 credits per run = 2.0000" in text
    assert "job-7" in text
    assert "&lt;b&gt;red" in text and "<b>red" not in text


@pytest.mark.parametrize("name", ["wallet:overview", "wallet:history", "billing:top_up"])
def test_a_paused_system_is_told_on_every_page(signed_in: Client, name: str) -> None:
    assert "paused for everyone" not in signed_in.get(reverse(name)).content.decode()
    pause_system(reason="The database moves", actor=ACTOR)
    page = signed_in.get(reverse(name))
    assert page.status_code == 200
    assert "The database moves" in page.content.decode()
    resume_system(actor=ACTOR)
    assert "The database moves" not in signed_in.get(reverse(name)).content.decode()


def test_credits_switched_off_by_the_settings_are_told_too(
    signed_in: Client, settings: Settings
) -> None:
    settings.CREDIT_SYSTEM_ENABLED = False
    assert "paused for everyone" in signed_in.get(reverse("wallet:overview")).content.decode()


def test_a_strangers_entry_is_not_found(client: Client, stranger: User, give: Give) -> None:
    entry = give("5").entry
    client.force_login(stranger)
    assert client.get(reverse("wallet:entry", args=[entry.pk])).status_code == 404
    assert client.get(reverse("wallet:overview")).context["entries"] == []


@pytest.mark.parametrize("entries", [1, 30])
def test_pages_ask_the_same_number_of_queries_whatever_the_history(
    signed_in: Client,
    give: Give,
    entries: int,
    django_assert_max_num_queries: Callable[[int], object],
) -> None:
    for _ in range(entries):
        give("1")
    for name in ("wallet:overview", "wallet:history"):
        with django_assert_max_num_queries(15):  # type: ignore[attr-defined]
            signed_in.get(reverse(name))


def test_the_first_steps_stay_until_something_was_spent(
    signed_in: Client, wallet: Wallet, give: Give, spend: Spend
) -> None:
    overview = reverse("wallet:overview")
    assert signed_in.get(overview).context["first_steps"] == FirstSteps(
        has_credits=False, has_key=False
    )
    give("10")
    key, _ = create_api_key(
        customer=wallet.customer, name="Script", scopes=[Scope.USAGE_WRITE.value]
    )
    assert signed_in.get(overview).context["first_steps"] == FirstSteps(
        has_credits=True, has_key=True
    )
    revoke_api_key(key=key)
    assert signed_in.get(overview).context["first_steps"] == FirstSteps(
        has_credits=True, has_key=False
    )
    spend("1", "first")
    assert signed_in.get(overview).context["first_steps"] is None
