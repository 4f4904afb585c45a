"""Rows and columns that stay as they were written, whatever a session asks for."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from wallet.actions import pause_wallet
from wallet.models import LedgerEntry, Service, Wallet, WalletStatusChange
from wallet.tests.conftest import ACTOR, Give
from wallet.tests.model.steps import hold, take_back

# By which pgtrigger's own triggers let a session pass.
ASK_TO_IGNORE = """
    SELECT set_config('pgtrigger.ignore', array_agg(tgname)::text, true) FROM pg_trigger
"""


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE wallet_ledgerentry SET credits = credits + 1",
        "UPDATE wallet_ledgerentry SET hash = hash WHERE false",
        "DELETE FROM wallet_ledgerentry",
        "TRUNCATE wallet_ledgerentry CASCADE",
        "UPDATE wallet_walletstatuschange SET reason = 'x'",
        "DELETE FROM wallet_walletstatuschange",
        "TRUNCATE wallet_walletstatuschange",
        "DELETE FROM wallet_grant",
        "TRUNCATE wallet_grant CASCADE",
        "UPDATE wallet_grant SET id = id + 1",
        "UPDATE wallet_grant SET credits = credits + 1",
        "UPDATE wallet_grant SET expires_at = now()",
        "UPDATE wallet_wallet SET id = id + 1",
        "UPDATE wallet_wallet SET customer_id = customer_id + 1",
        "DELETE FROM wallet_wallet",
        "TRUNCATE wallet_wallet CASCADE",
        "DELETE FROM wallet_hold",
        "TRUNCATE wallet_hold CASCADE",
        "UPDATE wallet_hold SET id = id + 1",
        "UPDATE wallet_hold SET credits = credits + 1",
        "UPDATE wallet_hold SET draws = '[]'",
        "UPDATE wallet_hold SET expires_at = now() + interval '1 year'",
        "UPDATE wallet_clawback SET owed = 0, credits = taken",
        "DELETE FROM wallet_clawback",
        "TRUNCATE wallet_clawback",
        "UPDATE wallet_servicerate SET credits_per_unit = 2",
        "DELETE FROM wallet_servicerate",
        "TRUNCATE wallet_servicerate CASCADE",
        "UPDATE wallet_service SET id = id + 1",
        "DELETE FROM wallet_service",
        "TRUNCATE wallet_service CASCADE",
    ],
)
def test_what_must_stay_refuses_every_change(
    wallet: Wallet, service: Service, give: Give, statement: str
) -> None:
    give("5")
    hold(wallet, "1")
    take_back(wallet, "6")
    pause_wallet(wallet=wallet, reason="r", actor=ACTOR)
    with connection.cursor() as cursor:
        # PostgreSQL refuses to truncate while foreign keys of this transaction are unchecked.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(ASK_TO_IGNORE)
    before = (LedgerEntry.objects.count(), WalletStatusChange.objects.count())
    with (
        pytest.raises(DatabaseError, match=r"append-only|rows of .* are kept|Cannot update"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert (LedgerEntry.objects.count(), WalletStatusChange.objects.count()) == before


def test_the_orm_cannot_change_an_entry_either(give: Give) -> None:
    entry = give("5").entry
    entry.reason = "nicer"
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        entry.save()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        entry.delete()
