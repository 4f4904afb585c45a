"""Batches: each item stands for itself, all in one round trip."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from creditsite.accounts.models import User
from creditsite.kernel.errors import DomainError
from wallet.actions import BatchItem, Posting, open_wallet, pause_wallet, spend_batch
from wallet.actions.spend import MOST_ITEMS
from wallet.errors import BatchSizeOutOfRange
from wallet.models import LedgerEntry, Wallet
from wallet.tests.conftest import ACTOR
from wallet.tests.model.passing_time import PassingTime, verify
from wallet.tests.model.reading import figures, kinds, numbers
from wallet.tests.model.steps import grant, hold, new_key, spend, take_back

pytestmark = pytest.mark.usefixtures("service")


def item(wallet_id: int, key: str, quantity: str = "1", service: str = "runs") -> BatchItem:
    return BatchItem(wallet_id, service, Decimal(quantity), key, {"job": key})


def told(results: list[Posting | DomainError]) -> list[str]:
    """Say of each result what became of it."""
    return [
        result.code if isinstance(result, DomainError) else "again" if result.replayed else "spent"
        for result in results
    ]


def test_each_item_is_spent_or_refused_for_itself_in_order(wallet: Wallet, stranger: User) -> None:
    other = open_wallet(customer=stranger)
    paused = open_wallet(customer=User.objects.create_user("paused@example.com"))
    pause_wallet(wallet=paused, reason="r", actor=ACTOR)
    grant(wallet, "5")
    grant(other, "1")
    spend(wallet, "1", key="used")
    results = spend_batch(
        items=[
            item(other.pk, "a"),
            item(wallet.pk, "b", "3"),
            item(wallet.pk, "c", "2"),
            item(wallet.pk, "d", "0"),
            item(wallet.pk, "e", service="none"),
            item(wallet.pk, "used"),
            item(wallet.pk, "b", "3"),
            item(wallet.pk, "f", "1"),
            item(wallet.pk + 10**6, "g"),
            item(paused.pk, "h"),
            item(other.pk, "i"),
        ],
        actor=ACTOR,
    )
    assert told(results) == [
        "spent",
        "spent",
        "insufficient_credits",
        "credits_out_of_range",
        "service_not_found",
        "idempotency_key_reused",
        "again",
        "spent",
        "wallet_not_found",
        "wallet_paused",
        "insufficient_credits",
    ]
    refused = results[2]
    assert isinstance(refused, DomainError)
    assert refused.extras["available"] == 1
    assert refused.next_step is not None
    first = results[1]
    assert isinstance(first, Posting)
    assert first.entry.metadata == {"job": "b"}
    assert (figures(wallet).balance, figures(other).balance) == (0, 0)
    verify()


def test_a_batch_again_answers_the_first_results(wallet: Wallet) -> None:
    grant(wallet, "5")
    items = [item(wallet.pk, str(number)) for number in range(3)]
    first = spend_batch(items=items, actor=ACTOR)
    again = spend_batch(items=items, actor=ACTOR)
    assert told(again) == ["again"] * 3
    assert [entry_of(result) for result in again] == [entry_of(result) for result in first]
    assert figures(wallet).balance == 2


def entry_of(result: Posting | DomainError) -> int:
    assert isinstance(result, Posting)
    return result.entry.pk


def test_a_batch_of_nothing_sound_is_answered_item_by_item(wallet: Wallet) -> None:
    results = spend_batch(
        items=[item(wallet.pk, "a", "-1"), item(wallet.pk, "b", "NaN")], actor=ACTOR
    )
    assert told(results) == ["credits_out_of_range"] * 2


@pytest.mark.parametrize("number", [0, MOST_ITEMS + 1])
def test_a_batch_has_some_items_and_not_too_many(wallet: Wallet, number: int) -> None:
    items = [item(wallet.pk, str(place)) for place in range(number)]
    with pytest.raises(BatchSizeOutOfRange):
        spend_batch(items=items, actor=ACTOR)


def test_the_largest_batch_is_spent_in_one_round_trip(wallet: Wallet) -> None:
    grant(wallet, str(MOST_ITEMS))
    items = [item(wallet.pk, str(place)) for place in range(MOST_ITEMS)]
    with CaptureQueriesContext(connection) as queries:
        results = spend_batch(items=items, actor=ACTOR)
    assert len(queries) == 1
    assert told(results) == ["spent"] * MOST_ITEMS
    assert figures(wallet).balance == 0
    assert LedgerEntry.objects.filter(wallet=wallet).count() == MOST_ITEMS + 1


def test_what_is_due_is_swept_once_inside_a_batch(wallet: Wallet) -> None:
    short = grant(wallet, "5", hours=1)
    grant(wallet, "9")
    hold(wallet, "7", hours=1)
    take_back(wallet, "4", lot=short, go_on=False)
    time = PassingTime()
    time.passes(hours=2)
    # Of the seven, two come free in the lot that lasts, and pay debt.
    assert figures(wallet) == numbers(14, 7, 4, 7)
    results = spend_batch(items=[item(wallet.pk, key, "2") for key in "abcd"], actor=ACTOR)
    assert told(results) == ["spent"] * 3 + ["insufficient_credits"]
    assert kinds(wallet)[-5:] == ["expiry", "clawback", "spend", "spend", "spend"]
    assert figures(wallet) == numbers(1, 0, 2, 1)
    time.verify()


def test_a_site_with_credits_switched_off_spends_no_batch_but_answers_what_it_did(
    wallet: Wallet, settings: Settings
) -> None:
    grant(wallet, "5")
    first = item(wallet.pk, "a")
    spend_batch(items=[first], actor=ACTOR)
    settings.CREDIT_SYSTEM_ENABLED = False
    results = spend_batch(items=[first, item(wallet.pk, "b")], actor=ACTOR)
    assert told(results) == ["again", "system_paused"]
    assert figures(wallet).balance == 4


def test_a_batch_takes_little_room_in_the_table_of_locks(wallet: Wallet, stranger: User) -> None:
    other = open_wallet(customer=stranger)
    taken = []
    for wallets in ([wallet.pk] * 2, [wallet.pk, other.pk, 7_000_000]):
        with transaction.atomic(), connection.cursor() as cursor:
            before = _advisory_locks(cursor)
            spend_batch(items=[item(one, new_key()) for one in wallets], actor=ACTOR)
            taken.append(_advisory_locks(cursor) - before)
    assert taken == [1, 0]


def _advisory_locks(cursor: CursorWrapper) -> int:
    cursor.execute(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
    )
    count: int = cursor.fetchone()[0]
    return count
