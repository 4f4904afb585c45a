"""The front of the operators' admin: figures, each leading to its list, by right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from pytest_django import Settings

from billing.tests.stripe_account import StripeAccount
from creditsite.accounts.models import User
from creditsite.roles import FINANCE, SUPERVISOR, SUPPORT
from creditsite.tests.people import make_customer, make_in_role
from creditsite.tests.permissions.world import fill
from creditsite.tests.sandbox_fixtures import StripeSandbox
from disputes.tests.cases import charge, dispute, give
from wallet.actions import open_wallet
from wallet.actions.usage import roll_up_usage
from wallet.models import Wallet

FRONT = "/admin/"
OURS = ("wallet/", "billing/", "disputes/")


@pytest.fixture
def lived_in(stripe_sandbox: StripeSandbox, settings: Settings, customer: User) -> Wallet:
    """Return the wallet of a customer who has one of everything."""
    account = StripeAccount(stripe_sandbox.url, settings.STRIPE_SECRET_KEY)
    account.reset()
    fill(account, customer, settings.STRIPE_API_VERSION)
    roll_up_usage()
    return Wallet.objects.get(customer=customer)


def front_of(client: Client, person: User) -> dict[str, dict[str, Any]]:
    """Return the rows of each table on the front by their label."""
    client.force_login(person)
    page = client.get(FRONT)
    assert page.status_code == 200
    found: dict[str, dict[str, Any]] = {}
    for context in page.context:
        tables = context.get("tables", []) if not isinstance(context, str) else []
        for table in tables:
            found[table.title] = {row[0].text: row for row in table.rows}
    return found


def test_figures_are_those_of_the_site(client: Client, operator: User, lived_in: Wallet) -> None:
    front = front_of(client, operator)
    lived_in.refresh_from_db()
    credits = {label: row[1].text for label, row in front["Credits"].items()}
    assert credits["Credits in circulation"] == f"{lived_in.balance:.2f}" == "339.00"
    assert (credits["Of them held"], credits["Wallets with 100 to below 1,000"]) == ("5.00", "1")
    assert front["Credits"]["Approval requests waiting"][1].text == "1"
    money = {label: row[1].text for label, row in front["Money"].items()}
    assert money["Paid in 30 days"] == money["A month, at list prices"] == "$29.99"
    assert (money["Payments"], money["Plans"], money["Overdue plans"]) == ("1", "1", "0")
    disputes = {label: row[1].text for label, row in front["Disputes"].items()}
    assert (disputes["To rule on"], disputes["Unassigned"], disputes["Mine"]) == ("1", "1", "0")
    (runs,) = front["Services, last 7 days"].values()
    assert [cell.text for cell in runs] == ["Runs", "1", "10.00", "0.00", "0"]
    assert front["Stripe's events"]["Dead"][1].text == "0"


def test_each_figure_leads_to_its_list(client: Client, operator: User, lived_in: Wallet) -> None:
    links = {
        row[0].url for rows in front_of(client, operator).values() for row in rows.values()
    } - {""}
    assert len(links) > 15
    for link in links:
        assert client.get(link).status_code == 200, link


def test_each_role_sees_what_it_may(client: Client, lived_in: Wallet) -> None:
    common = {"Credits", "Services, last 7 days", "Money", "Disputes"}
    assert set(front_of(client, make_in_role("support@example.com", SUPPORT))) == common
    for role in (FINANCE, SUPERVISOR):
        assert set(
            front_of(client, make_in_role(f"{role}@example.com".lower(), role))
        ) == common | {"Stripe's events"}
    nobody = User.objects.create_user("new@example.com", is_staff=True)
    assert front_of(client, nobody) == {}


def test_an_operators_own_case_is_not_counted_for_them(client: Client, operator: User) -> None:
    own = open_wallet(customer=operator)
    give(own)
    dispute(charge(own))
    assert front_of(client, operator)["Disputes"]["To rule on"][1].text == "0"


def test_the_front_takes_the_same_queries_however_much_there_is(
    client: Client, operator: User, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    wallet = open_wallet(customer=make_customer("busy@example.com"))
    give(wallet)
    for _ in range(5):
        dispute(charge(wallet))
    client.force_login(operator)
    with django_assert_max_num_queries(15):
        client.get(FRONT)


def test_charts_are_for_those_who_may_read_the_reports(
    client: Client, operator: User, lived_in: Wallet
) -> None:
    def charts_of(person: User) -> set[str]:
        client.force_login(person)
        page = client.get(FRONT).content.decode()
        return {name for name in ("Revenue", "Credit flow") if f"{name} in numbers" in page}

    assert (
        charts_of(operator)
        == charts_of(make_in_role("finance@example.com", FINANCE))
        == {"Revenue", "Credit flow"}
    )
    assert charts_of(make_in_role("support@example.com", SUPPORT)) == set()


def test_the_guide_is_one_press_away(client: Client, operator: User) -> None:
    client.force_login(operator)
    assert 'href="/help/admin/">Guide</a>' in client.get(FRONT).content.decode()
    assert "a guide for operators" in client.get("/help/admin/").content.decode()


def test_lists_of_ours_are_found_before_stripes_copies() -> None:
    routes = [str(url.pattern) for url in admin.site.get_urls()]
    copies = [place for place, route in enumerate(routes) if route.startswith("djstripe/")]
    ours = [place for place, route in enumerate(routes) if route.startswith(OURS)]
    assert max(ours) < min(copies)
