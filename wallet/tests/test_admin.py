"""The wallet in the operators' admin: its pages and lists, and who may open them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from creditsite.accounts.models import User
from creditsite.kernel import clock
from wallet.actions import (
    Posting,
    claw_back,
    note_wallet,
    pause_system,
    pause_wallet,
    place_hold,
    reverse_spend,
    set_limit,
    spend_credits,
)
from wallet.models import LimitPeriod, Service, Wallet
from wallet.tests.approvals import adjustment, waiting
from wallet.tests.conftest import ACTOR, Give

WALLET_STEPS = ("adjust", "grant", "claw_back", "pause", "resume", "close", "note")
LISTS = (
    *("wallet", "ledgerentry", "grant", "hold", "clawback", "walletevent"),
    *("usageday", "serviceday", "service", "systempause", "approvalrequest"),
    *("walletnote", "compensation"),
)


@pytest.fixture
def admin(client: Client, operator: User) -> Client:
    client.force_login(operator)
    return client


@pytest.fixture
def busy_wallet(
    wallet: Wallet, service: Service, give: Give, spend: Callable[..., Posting], asker: User
) -> Wallet:
    """A wallet with something of each kind."""
    give("20", expires_at=clock.now() + timedelta(days=30), cost_cents=200)
    spent = spend("3", "a").entry
    reverse_spend(spend=spent, credits=Decimal(1), reason="half", idempotency_key="r", actor=ACTOR)
    place_hold(
        wallet_id=wallet.pk,
        service=service.slug,
        credits=Decimal(2),
        expires_in=timedelta(hours=1),
        idempotency_key="h",
        actor=ACTOR,
    )
    claw_back(
        wallet=wallet,
        credits=Decimal(4),
        reference="ch_1",
        reason="chargeback",
        idempotency_key="c",
        actor=ACTOR,
    )
    set_limit(wallet=wallet, period=LimitPeriod.DAY, credits=Decimal(50), service=service)
    waiting(wallet, asker, adjustment("5000"))
    note_wallet(wallet=wallet, text="Called twice", idempotency_key="n", author=asker)
    pause_wallet(wallet=wallet, reason="card reported stolen", actor=ACTOR)
    return wallet


def step(wallet: Wallet, name: str) -> str:
    return reverse(f"admin:wallet_wallet_{name}", args=[wallet.pk])


def test_every_list_and_page_renders(admin: Client, busy_wallet: Wallet) -> None:
    pause_system(reason="maintenance", actor=ACTOR)
    assert admin.get(reverse("admin:index")).status_code == 200
    for name in LISTS:
        here = reverse(f"admin:wallet_{name}_changelist")
        assert admin.get(here).status_code == 200, name
        row = apps.get_model("wallet", name)._default_manager.order_by("-pk").first()
        if row is None:
            assert name in {"serviceday", "compensation"}
            continue
        change = reverse(f"admin:wallet_{name}_change", args=[row.pk])
        assert admin.get(change).status_code == 200, name
    for query in (f"?wallet__id__exact={busy_wallet.pk}", f"?q={busy_wallet.pk}", "?q=customer"):
        for name in ("ledgerentry", "grant", "hold", "walletevent", "clawback", "usageday"):
            here = reverse(f"admin:wallet_{name}_changelist") + query
            assert admin.get(here).status_code == 200, here


def test_the_wallet_page_lists_all_that_belongs_to_it(admin: Client, busy_wallet: Wallet) -> None:
    page = admin.get(reverse("admin:wallet_wallet_change", args=[busy_wallet.pk]))
    tables = {table.title: table for table in page.context["tables"]}
    assert {title for title, table in tables.items() if not table.rows} == set()
    assert [cell.text for cell in tables["Lots"].rows[0]][1:5] == [
        *("Promotion", "20.00"),
        *("14.00", "2.00"),
    ]
    assert tables["Holds"].rows[0][-1].text == "Release"
    assert [link.label for link in page.context["step_links"]] == [
        *("Adjust", "Grant", "Claw back", "Resume", "Close", "Note"),
    ]


def test_the_wallet_page_shows_any_past_moment(
    admin: Client, wallet: Wallet, give: Give, spend: Callable[..., Posting]
) -> None:
    give("10")
    then = clock.now()
    spend("4", "a")
    here = reverse("admin:wallet_wallet_change", args=[wallet.pk])
    shown = admin.get(here, {"at": then.strftime("%Y-%m-%dT%H:%M:%S.%f")})
    figures, lots = shown.context["as_of_tables"]
    assert [row[1].text for row in figures.rows] == ["10.00", "0.00", "10.00", "0.00", "1"]
    assert lots.rows[0][3].text == "10.00"
    before = admin.get(here, {"at": "2020-01-01T00:00"}).context["as_of_tables"]
    assert before[0].notes and not before[1].rows
    # The database takes no such offset.
    far = admin.get(here, {"at": "2020-01-01T00:00:00+23:59"}).context["as_of_tables"]
    assert far[0].rows == before[0].rows
    beyond = ("0001-01-01T00:00+23:59", "9999-12-31T23:59-23:59")
    for bad in ("tomorrow", "9998-01-01T00:00", "", *beyond):
        again = admin.get(here, {"at": bad})
        assert again.status_code == 200
        assert again.context["as_of_form"].errors and not again.context["as_of_tables"]


def test_an_entry_page_explains_it_to_operators(
    admin: Client, wallet: Wallet, give: Give, spend: Callable[..., Posting]
) -> None:
    give("10", cost_cents=100)
    entry = spend("4", "a").entry
    page = admin.get(reverse("admin:wallet_ledgerentry_change", args=[entry.pk]))
    text = page.content.decode()
    assert "4 × 1.0000 credits per run = 4.0000" in text
    assert "−$0.40" in text
    assert [link.label for link in page.context["step_links"]] == ["Reverse"]


def test_nothing_is_edited_added_or_deleted_in_place(admin: Client, busy_wallet: Wallet) -> None:
    for name in LISTS:
        row = apps.get_model("wallet", name)._default_manager.order_by("-pk").first()
        if name != "service":
            assert admin.get(reverse(f"admin:wallet_{name}_add")).status_code == 403, name
        if row is not None:
            change = reverse(f"admin:wallet_{name}_change", args=[row.pk])
            assert admin.post(change, {"balance": "999"}).status_code == 403, name
            delete = reverse(f"admin:wallet_{name}_delete", args=[row.pk])
            assert admin.post(delete, {"post": "yes"}).status_code == 403, name


@pytest.mark.parametrize("entries", [1, 25])
def test_a_wallet_page_asks_the_same_number_of_queries_whatever_the_history(
    admin: Client,
    wallet: Wallet,
    give: Give,
    spend: Callable[..., Posting],
    entries: int,
    django_assert_max_num_queries: Any,
) -> None:
    for number in range(entries):
        give("2")
        spend("1", f"s{number}")
    with django_assert_max_num_queries(25):
        admin.get(reverse("admin:wallet_wallet_change", args=[wallet.pk]))


def step_pages(wallet: Wallet) -> list[str]:
    entry = wallet.entries.filter(kind="spend").get()
    hold, lot, service = wallet.holds.get(), wallet.grants.first(), Service.objects.get()
    assert lot is not None
    request = wallet.approval_requests.get()
    return [
        *(step(wallet, name) for name in WALLET_STEPS),
        reverse("admin:wallet_ledgerentry_reverse", args=[entry.pk]),
        reverse("admin:wallet_hold_release", args=[hold.pk]),
        reverse("admin:wallet_grant_roll_over", args=[lot.pk]),
        *(
            reverse(f"admin:wallet_service_{name}", args=[service.pk])
            for name in ("new_price", "describe", "pause", "resume")
        ),
        *(
            reverse(f"admin:wallet_approvalrequest_{name}", args=[request.pk])
            for name in ("approve", "decline", "withdraw")
        ),
        reverse("admin:wallet_service_add"),
        reverse("admin:wallet_compensation_compensate"),
        reverse("admin:wallet_systempause_pause"),
        reverse("admin:wallet_systempause_resume"),
    ]


def test_every_step_has_a_page(admin: Client, busy_wallet: Wallet) -> None:
    for path in step_pages(busy_wallet):
        assert admin.get(path).status_code == 200, path
        bad = admin.post(path, {})
        assert bad.status_code == 200 and bad.context["form"].errors, path


def test_customers_and_operators_without_the_right_are_kept_out(
    client: Client, customer: User, busy_wallet: Wallet
) -> None:
    pages = step_pages(busy_wallet)
    client.force_login(customer)
    for path in pages:
        assert client.get(path).status_code == 302, path
    clerk = User.objects.create_user("clerk@example.com", is_staff=True)
    client.force_login(clerk)
    for path in pages:
        assert client.get(path).status_code == 403, path
        assert client.post(path, {"reason": "r", "form_id": "f"}).status_code == 403, path
    clerk.user_permissions.add(Permission.objects.get(codename="view_wallet"))
    page = client.get(reverse("admin:wallet_wallet_change", args=[busy_wallet.pk]))
    assert page.context["step_links"] == []
    assert "Release" not in page.content.decode()


def test_a_row_that_is_not_there_is_not_found(admin: Client, wallet: Wallet) -> None:
    assert admin.get(reverse("admin:wallet_wallet_adjust", args=[wallet.pk + 9])).status_code == 404


def test_the_index_says_whether_spending_is_on(admin: Client, settings: Any, db: None) -> None:
    index = reverse("admin:index")
    assert "Spending and buying are on" in admin.get(index).content.decode()
    pause_system(reason="Database moves", actor=ACTOR)
    assert "Database moves" in admin.get(index).content.decode()
    settings.CREDIT_SYSTEM_ENABLED = False
    assert "CREDIT_SYSTEM_ENABLED" in admin.get(index).content.decode()


def test_a_spend_of_another_wallet_does_not_show_as_a_neighbour(
    admin: Client, stranger: User, wallet: Wallet, give: Give, spend: Callable[..., Posting]
) -> None:
    from wallet.actions import grant_credits, open_wallet
    from wallet.models import GrantSource

    give("10")
    entry = spend("4", "a").entry
    other = open_wallet(customer=stranger)
    grant_credits(
        wallet=other,
        credits=Decimal(5),
        source=GrantSource.PROMOTION,
        idempotency_key="g",
        actor=ACTOR,
    )
    spend_credits(
        wallet_id=other.pk,
        service="runs",
        quantity=Decimal(4),
        idempotency_key="a",
        actor=ACTOR,
    )
    page = admin.get(reverse("admin:wallet_ledgerentry_change", args=[entry.pk]))
    assert [table.title for table in page.context["tables"]] == ["Explained", "Lots moved"]
