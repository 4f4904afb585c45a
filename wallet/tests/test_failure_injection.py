"""A failure at any statement of any operation leaves nothing behind."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import ProgrammingError, connection

from wallet.actions import (
    BatchItem,
    close_wallet,
    expire_grants,
    pause_wallet,
    set_limit,
    spend_batch,
)
from wallet.models import LimitPeriod, Wallet
from wallet.tests.conftest import ACTOR
from wallet.tests.model.passing_time import PassingTime
from wallet.tests.model.reading import kinds
from wallet.tests.model.steps import (
    adjust,
    capture,
    carry,
    grant,
    hold,
    release,
    reverse,
    spend,
    take_back,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("service")]

MOST_STATEMENTS = 200

Prepared = tuple[Callable[[], object], PassingTime]

# Raises at the firing that `test.fail_at` says; the count is one of the session and goes back
# with the statement that failed.
FAIL = """
CREATE FUNCTION fail_here() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('test.fired', (current_setting('test.fired')::int + 1)::text, FALSE);
    IF current_setting('test.fired') = current_setting('test.fail_at') THEN
        RAISE EXCEPTION 'failed as told';
    END IF;
    RETURN NEW;
END
$$
"""


def execute(statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else []


@pytest.fixture
def tables(db: None) -> list[str]:
    return [name for name in connection.introspection.table_names() if name.startswith("wallet_")]


def install_failures(tables: list[str]) -> None:
    execute(FAIL)
    for name, when in itertools.product(tables, ("BEFORE", "AFTER")):
        execute(
            f"CREATE TRIGGER zz_fail_{when} {when} INSERT OR UPDATE OR DELETE ON {name}"
            " FOR EACH STATEMENT EXECUTE FUNCTION fail_here()"
        )


def fail_at(number: int) -> None:
    execute(
        "SELECT set_config('test.fired', '0', FALSE), set_config('test.fail_at', %s, FALSE)",
        str(number),
    )


def contents(tables: list[str]) -> dict[str, list[tuple[Any, ...]]]:
    return {name: execute(f"SELECT t::text FROM {name} AS t ORDER BY 1") for name in tables}


def fails(call: Callable[[], object]) -> bool:
    """Tell whether the call met the failure, and no other one."""
    try:
        call()
    except ProgrammingError as error:
        if "failed as told" not in str(error):
            raise
        return True
    return False


def busy(wallet: Wallet) -> PassingTime:
    """Leave the wallet with an expired lot, an overdue hold, an open one, debt, limits."""
    short = grant(wallet, "7", hours=1, cost_cents=70)
    grant(wallet, "20", cost_cents=300)
    grant(wallet, "10", hours=9)
    set_limit(wallet=wallet, period=LimitPeriod.DAY, credits=Decimal(50))
    hold(wallet, "8", hours=1)
    hold(wallet, "2", hours=9)
    take_back(wallet, "3", lot=short, go_on=False)
    time = PassingTime()
    time.passes(hours=2)
    return time


def spending(wallet: Wallet) -> Prepared:
    time = busy(wallet)
    return lambda: spend(wallet, "12", key="k"), time


def spending_in_a_batch(wallet: Wallet) -> Prepared:
    time = busy(wallet)
    items = [BatchItem(wallet.pk, "runs", Decimal(6), key) for key in "abc"]
    return lambda: spend_batch(items=items, actor=ACTOR), time


def spending_in_a_run(wallet: Wallet) -> Prepared:
    """A batch that nothing stands in the way of, over two lots."""
    grant(wallet, "4", hours=1, cost_cents=10)
    grant(wallet, "9", cost_cents=70)
    items = [BatchItem(wallet.pk, "runs", Decimal(3), key) for key in "abc"]
    return lambda: spend_batch(items=items, actor=ACTOR), PassingTime()


def replaying(wallet: Wallet) -> Prepared:
    grant(wallet, "1")
    spend(wallet, "1", key="k")
    return lambda: spend(wallet, "1", key="k"), PassingTime()


def holding(wallet: Wallet) -> Prepared:
    time = busy(wallet)
    return lambda: hold(wallet, "12", key="k"), time


def capturing(wallet: Wallet) -> Prepared:
    grant(wallet, "3", hours=1)
    grant(wallet, "9")
    placed = hold(wallet, "8", hours=9)
    take_back(wallet, "9")
    time = busy(wallet)
    return lambda: capture(placed, "4"), time


def releasing(wallet: Wallet) -> Prepared:
    grant(wallet, "9")
    placed = hold(wallet, "8", hours=9)
    take_back(wallet, "9")
    time = busy(wallet)
    return lambda: release(placed), time


def reversing(wallet: Wallet) -> Prepared:
    grant(wallet, "3", hours=1, cost_cents=50)
    grant(wallet, "9")
    spent = spend(wallet, "8")
    take_back(wallet, "9")
    time = PassingTime()
    time.passes(hours=2)
    return lambda: reverse(spent, key="k"), time


def clawing_back(wallet: Wallet) -> Prepared:
    time = busy(wallet)
    lot = wallet.grants.get(credits=20)
    return lambda: take_back(wallet, "60", lot=lot, key="k"), time


def rolling_over(wallet: Wallet) -> Prepared:
    time = busy(wallet)
    lot = wallet.grants.get(credits=10)
    return lambda: carry(lot, key="k"), time


def putting_in(wallet: Wallet) -> Prepared:
    time = busy(wallet)
    return lambda: grant(wallet, "5", key="k"), time


def taking_out(wallet: Wallet) -> Prepared:
    time = busy(wallet)
    return lambda: adjust(wallet, "-12", key="k"), time


def sweeping(wallet: Wallet) -> Prepared:
    time = busy(wallet)
    return expire_grants, time


def closing(wallet: Wallet) -> Prepared:
    time = busy(wallet)
    release(wallet.holds.get(credits=2))
    grant(wallet, "5", hours=-1)
    return lambda: close_wallet(wallet=wallet, reason="r", actor=ACTOR), time


def pausing(wallet: Wallet) -> Prepared:
    return lambda: pause_wallet(wallet=wallet, reason="r", actor=ACTOR), PassingTime()


def limiting(wallet: Wallet) -> Prepared:
    most = Decimal(5)
    return lambda: set_limit(wallet=wallet, period=LimitPeriod.DAY, credits=most), PassingTime()


@pytest.mark.parametrize(
    ("prepare", "posted"),
    [
        (spending, ["expiry", "clawback", "spend"]),
        (spending_in_a_batch, ["expiry", "clawback", "spend", "spend", "spend"]),
        (spending_in_a_run, ["spend", "spend", "spend"]),
        (replaying, []),
        (holding, ["expiry", "clawback"]),
        (capturing, ["spend", "expiry", "clawback"]),
        (releasing, ["clawback"]),
        (reversing, ["reversal", "clawback"]),
        (clawing_back, ["expiry", "clawback", "clawback"]),
        (rolling_over, ["expiry", "grant"]),
        (putting_in, ["grant", "clawback"]),
        (taking_out, ["expiry", "clawback", "adjustment"]),
        (sweeping, ["expiry", "clawback"]),
        (pausing, []),
        (limiting, []),
        (closing, ["expiry", "expiry", "expiry"]),
    ],
)
def test_whatever_statement_fails_everything_is_as_before(
    wallet: Wallet, tables: list[str], prepare: Callable[[Wallet], Prepared], posted: list[str]
) -> None:
    call, time = prepare(wallet)
    install_failures(tables)
    entries, before = len(kinds(wallet)), contents(tables)
    for number in range(1, MOST_STATEMENTS):
        fail_at(number)
        if not fails(call):
            break
        assert contents(tables) == before
    fail_at(0)
    assert 2 < number < MOST_STATEMENTS - 1
    assert contents(tables) != before
    assert kinds(wallet)[entries:] == posted
    time.verify()
