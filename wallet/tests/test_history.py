"""The history: filters, pages and the CSV file hold exactly the same entries."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from creditsite.accounts.models import User
from wallet.actions import BatchItem, Posting, add_service, adjust_wallet, spend_batch
from wallet.models import LedgerEntry, Service, Wallet
from wallet.reports.history import LOOKED_THROUGH, HistoryFilter
from wallet.reports.history_csv import NUMBERS_AT_ONCE, csv_lines
from wallet.tests.conftest import ACTOR, Give
from wallet.tests.older import make_older

Spend = Callable[..., Posting]
HISTORY, DOWNLOAD = reverse("wallet:history"), reverse("wallet:history_download")

DAYS_AGO = re.compile(r"day(\d+)")


def today() -> date:
    return datetime.now(UTC).date()


@pytest.fixture
def signed_in(client: Client, customer: User) -> Client:
    client.force_login(customer)
    return client


def listed(client: Client, query: str) -> list[int]:
    """Return the numbers of all entries of a filter, walking through its pages."""
    numbers: list[int] = []
    address: str | None = f"{HISTORY}?{query}"
    while address:
        context = client.get(address).context
        numbers += [entry.sequence for entry in context["entries"]]
        address = context["older_url"]
    return numbers


def downloaded(client: Client, query: str) -> list[dict[str, str]]:
    answer = client.get(f"{DOWNLOAD}?{query}")
    assert answer.status_code == 200
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    return list(csv.DictReader(StringIO(text)))


@pytest.fixture
def lived(give: Give, spend: Spend, wallet: Wallet) -> None:
    """Ten days ago a grant and two spends, today another spend, and a correction."""
    add_service(slug="scans", name="Scans", unit="scan", credits_per_unit=Decimal(1))
    give("100")
    spend("1", "night-1", job="Nightly import")
    spend("2", "night-2", job="Weekly digest")
    make_older(10)
    spend("3", "night-3", job="Nightly import")
    adjust_wallet(
        wallet=wallet,
        credits=Decimal(5),
        reason="=SUM(A1) for the trouble",
        idempotency_key="sorry",
        actor=ACTOR,
    )


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", [5, 4, 3, 2, 1]),
        ("kind=spend", [4, 3, 2]),
        ("service=runs", [4, 3, 2]),
        ("service=scans", []),
        ("start=day0", [5, 4]),
        ("end=day10", [3, 2, 1]),
        ("end=day11", []),
        ("start=day10&end=day1", [3, 2, 1]),
        ("start=0001-01-01&end=9999-12-31", [5, 4, 3, 2, 1]),
        ("start=9999-12-31", []),
        ("end=0001-01-01", []),
        ("text=nightly", [4, 2]),
        ("text=DIGEST", [3]),
        ("text=night-2", [3]),
        ("text=trouble", [5]),
        ("text=runs", [4, 3, 2]),
        ("text=100%25", []),
        ("text=nightly&kind=spend&start=day0", [4]),
    ],
)
@pytest.mark.usefixtures("lived")
def test_pages_and_file_hold_what_the_filter_lets_through(
    signed_in: Client, query: str, numbers: list[int]
) -> None:
    query = DAYS_AGO.sub(lambda found: str(today() - timedelta(days=int(found[1]))), query)
    assert listed(signed_in, query) == numbers
    assert [int(row["number"]) for row in downloaded(signed_in, query)] == numbers


@pytest.mark.usefixtures("lived")
def test_the_file_says_everything_and_no_formula(signed_in: Client) -> None:
    newest, spent, *_ = downloaded(signed_in, "")
    assert newest["reason"] == "'=SUM(A1) for the trouble"
    assert newest["credits"] == "5.0000"
    entry = LedgerEntry.objects.get(sequence=4)
    assert spent == {
        "number": "4",
        "time_utc": entry.created_at.isoformat().replace("+00:00", "Z"),
        "kind": "spend",
        "title": "Runs",
        "service": "runs",
        "quantity": "3.0000",
        "credits": "-3.0000",
        "balance_after": "94.0000",
        "reason": "",
        "reference": "",
        "idempotency_key": "night-3",
        "metadata": '{"job": "Nightly import"}',
    }
    answer = signed_in.get(DOWNLOAD)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == f'attachment; filename="history-{today()}.csv"'


@pytest.mark.usefixtures("lived")
def test_pages_lead_to_the_file_of_their_own_filter(signed_in: Client) -> None:
    context = signed_in.get(f"{HISTORY}?kind=spend&text=nightly&nonsense=1").context
    assert context["csv_url"] == f"{DOWNLOAD}?kind=spend&text=nightly"


@pytest.mark.parametrize(
    "query", ["kind=mood", "start=2026-02-30", "start=2026-02-02&end=2026-02-01"]
)
@pytest.mark.usefixtures("lived")
def test_a_bad_filter_shows_everything_and_makes_no_file(signed_in: Client, query: str) -> None:
    assert len(signed_in.get(f"{HISTORY}?{query}").context["entries"]) == 5
    answer = signed_in.get(f"{DOWNLOAD}?{query}")
    assert (answer.status_code, answer["Content-Type"]) == (400, "text/html; charset=utf-8")


def test_nobody_downloads_what_is_somebody_elses(
    client: Client, stranger: User, lived: None
) -> None:
    assert client.get(DOWNLOAD).status_code == 302
    client.force_login(stranger)
    assert downloaded(client, "") == []


def fill(wallet: Wallet, service: Service, entries: int, job: str) -> None:
    for begin in range(0, entries, 1000):
        items = [
            BatchItem(wallet.pk, service.slug, Decimal("0.01"), f"{job}-{number}", {"job": job})
            for number in range(begin, min(begin + 1000, entries))
        ]
        spend_batch(items=items, actor=ACTOR)


def test_a_text_is_looked_for_piece_by_piece_and_all_of_it_is_found(
    signed_in: Client, give: Give, spend: Spend, wallet: Wallet, service: Service
) -> None:
    give("10000")
    spend("1", "old", job="needle")
    fill(wallet, service, LOOKED_THROUGH + 10, "hay")
    first = signed_in.get(f"{HISTORY}?text=needle").context
    assert (first["entries"], first["is_cut"]) == ([], True)
    assert listed(signed_in, "text=needle") == [2]
    assert [row["number"] for row in downloaded(signed_in, "text=needle")] == ["2"]


def test_the_file_of_a_long_history_is_read_in_pieces(
    give: Give,
    wallet: Wallet,
    service: Service,
    django_assert_num_queries: Callable[..., Any],
) -> None:
    give("10000")
    fill(wallet, service, 2 * NUMBERS_AT_ONCE, "hay")
    wallet.refresh_from_db()
    # Three pieces; the last has the grant, whose title is its lot's.
    with django_assert_num_queries(4):
        lines = "".join(csv_lines(wallet, HistoryFilter())).splitlines()
    assert len(lines) == 2 * NUMBERS_AT_ONCE + 2
