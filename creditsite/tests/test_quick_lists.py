"""The operators' lists: what they are sorted, searched and filtered by, and where they end."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client

from creditsite.accounts.models import User
from creditsite.kernel import clock
from creditsite.kernel.admin import COUNTED_ROWS, LOOKED_THROUGH, SHOWN_ROWS
from creditsite.kernel.keyset import keyset_page
from creditsite.tests.people import make_customer
from disputes.tests.cases import ACTOR, charge, give
from wallet.actions import reverse_spend
from wallet.models import LedgerEntry, Service, Wallet

LEDGER, WALLETS = "/admin/wallet/ledgerentry/", "/admin/wallet/wallet/"
DISPUTES = "/admin/disputes/dispute/"
AUDIT, DAYS = "/admin/accounts/auditentry/", "/admin/wallet/usageday/"


@pytest.fixture
def admin(client: Client, operator: User) -> Client:
    client.force_login(operator)
    return client


@pytest.fixture
def wallet(customer: User) -> Wallet:
    """Return the customer's wallet, with a grant, two spends and a reversal."""
    found = Wallet.objects.get(customer=customer)
    give(found)
    first = charge(found, "3", service="render")
    charge(found, "4", service="mail")
    reverse_spend(
        spend=first, credits=Decimal(1), reason="Half", idempotency_key="back", actor=ACTOR
    )
    return found


def listed(admin: Client, address: str, **asked: Any) -> list[Any]:
    """Return the rows of a list."""
    answer = admin.get(address, asked)
    assert answer.status_code == 200
    return list(answer.context["cl"].result_list)


def numbers(admin: Client, **asked: Any) -> list[int]:
    return [entry.sequence for entry in listed(admin, LEDGER, **asked)]


def test_an_address_sorts_by_no_column_that_has_no_index(admin: Client, wallet: Wallet) -> None:
    newest_first = [4, 3, 2, 1]
    assert numbers(admin) == newest_first
    for order in ("2", "-2", "3.2", "99", "-", "x"):
        assert numbers(admin, o=order) == newest_first, order


@pytest.mark.parametrize("address", [LEDGER, WALLETS, DISPUTES])
def test_a_number_too_long_for_any_column_finds_nothing(
    admin: Client, wallet: Wallet, address: str
) -> None:
    for digits in (2**63, "9" * 5000):
        assert listed(admin, address, q=digits) == []
        assert listed(admin, address, o=digits) == listed(admin, address)


def test_people_can_be_sorted_by_address(admin: Client, customer: User, operator: User) -> None:
    people = "/admin/accounts/user/"
    assert listed(admin, people, o="0") == [customer, operator]
    assert listed(admin, people, o="-0") == [operator, customer]


def test_a_wallet_is_found_by_number_and_by_the_beginning_of_an_address(
    admin: Client, wallet: Wallet
) -> None:
    other = Wallet.objects.get(customer=make_customer("customer@example.com.au"))
    assert listed(admin, WALLETS, q=str(wallet.pk)) == [wallet]
    assert listed(admin, WALLETS, q="CUSTOMER@") == [other, wallet]
    # Whose address it is comes before whose address begins so.
    assert listed(admin, WALLETS, q="customer@example.com") == [wallet]
    for nobodys in ("ustomer@", "%", "9" * 40, "²"):
        assert listed(admin, WALLETS, q=nobodys) == [], nobodys


def test_entries_are_found_by_wallet_and_by_key(admin: Client, wallet: Wallet) -> None:
    key = wallet.entries.get(sequence=3).idempotency_key
    assert numbers(admin, q=str(wallet.pk)) == numbers(admin, q="customer@") == [4, 3, 2, 1]
    assert numbers(admin, q=key) == numbers(admin, q=f"customer@ {key}") == [3]
    make_customer("other@example.com")
    assert numbers(admin, q=f"other@ {key}") == []
    # A key of the site's own has a space in it.
    give_key = wallet.entries.get(sequence=1).idempotency_key
    assert numbers(admin, q=f" {give_key} ") == [1]


def test_the_ledger_of_one_wallet_is_filtered_by_kind_and_service(
    admin: Client, wallet: Wallet
) -> None:
    of_it = {"wallet__id__exact": wallet.pk}
    assert numbers(admin, **of_it) == [4, 3, 2, 1]
    assert numbers(admin, **of_it, kind__exact="spend") == [3, 2]
    mail = Service.objects.get(slug="mail").pk
    assert numbers(admin, **of_it, service__id__exact=mail) == [3]


def test_a_filter_without_an_index_looks_through_the_newest_rows_and_says_so(
    admin: Client, wallet: Wallet
) -> None:
    mail = Service.objects.get(slug="mail").pk
    of_mail: dict[str, Any] = {"service__id__exact": mail}
    assert numbers(admin, **of_mail) == [3]
    assert "looked through" not in admin.get(LEDGER, of_mail).content.decode()
    with connection.cursor() as cursor:
        # As if there were many entries in between.
        cursor.execute(
            "SELECT setval('wallet_ledgerentry_id_seq', currval('wallet_ledgerentry_id_seq') + %s)",
            [LOOKED_THROUGH],
        )
    charge(wallet, "5", service="mail")
    for asked in (of_mail, of_mail | {"kind__exact": "spend"}):
        assert numbers(admin, **asked) == [5]
        shown = admin.get(LEDGER, asked).content.decode()
        assert "Only the newest 50,000 rows were looked through." in shown
    narrow = (
        of_mail | {"day": str(clock.now().date())},
        of_mail | {"wallet__id__exact": wallet.pk},
    )
    for asked in narrow:
        assert numbers(admin, **asked) == [5, 3]
        assert "looked through" not in admin.get(LEDGER, asked).content.decode()
    render = Service.objects.get(slug="render").pk
    assert numbers(admin, service__id__exact=render, kind__exact="reversal") == [4]


def test_entries_and_usage_are_filtered_by_a_day(admin: Client, wallet: Wallet) -> None:
    today = clock.now().date()
    yesterday = today - timedelta(days=1)
    assert numbers(admin, day=str(today)) == [4, 3, 2, 1]
    assert numbers(admin, day=str(today), kind__exact="grant") == [1]
    assert numbers(admin, day=str(yesterday)) == numbers(admin, day="9999-12-31") == []
    assert numbers(admin, day="tomorrow") == [4, 3, 2, 1]
    assert len(listed(admin, DAYS, day=str(today))) == 2
    assert listed(admin, DAYS, day=str(yesterday)) == []


def test_the_field_for_a_day_keeps_the_other_filters(admin: Client, wallet: Wallet) -> None:
    page = admin.get(LEDGER, {"kind__exact": "grant", "q": "customer@"}).content.decode()
    form = page[page.index('<form class="day-filter"') :]
    form = form[: form.index("</form>")]
    assert '<input type="hidden" name="kind__exact" value="grant">' in form
    assert '<input type="hidden" name="q" value="customer@">' in form


def test_a_list_ends_where_it_was_counted_and_says_so(admin: Client, operator: User) -> None:
    kind = ContentType.objects.get_for_model(Wallet)
    LogEntry.objects.bulk_create(
        LogEntry(
            user=operator,
            content_type=kind,
            object_id=str(number),
            object_repr="Wallet",
            action_flag=CHANGE,
            change_message="Paused",
        )
        for number in range(COUNTED_ROWS + 1)
    )
    first = admin.get(AUDIT)
    pages = first.context["cl"].paginator.num_pages
    assert pages == COUNTED_ROWS // SHOWN_ROWS
    assert "The list goes no further." in first.content.decode()
    whole = list(LogEntry.objects.order_by("-pk").values_list("pk", flat=True))
    second = [entry.pk for entry in listed(admin, AUDIT, p=2)]
    assert second == whole[SHOWN_ROWS : 2 * SHOWN_ROWS]
    assert [entry.pk for entry in listed(admin, AUDIT, p=pages)][-1] == whole[COUNTED_ROWS - 1]
    # Further on there is nothing: Django leads back to the list.
    assert admin.get(AUDIT, {"p": pages + 1}).status_code == 302


def test_a_page_by_keyset_knows_its_neighbours(wallet: Wallet) -> None:
    entries = LedgerEntry.objects.filter(wallet=wallet)

    def page(**start: int) -> tuple[list[int], int | None, int | None]:
        found = keyset_page(entries, key="sequence", size=2, **start)
        return [entry.sequence for entry in found.rows], found.newer_than, found.older_than

    assert page() == ([4, 3], None, 3)
    assert page(before=3) == ([2, 1], 2, None)
    assert page(before=4) == ([3, 2], 3, 2)
    assert page(after=1) == ([3, 2], 3, 2)
    assert page(after=2) == ([4, 3], None, 3)
    assert page(after=4) == page(before=1) == ([], None, None)
