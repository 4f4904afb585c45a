"""What an intruder can do who owns the database, and a wallet that has seen everything."""

from __future__ import annotations

import io
from datetime import timedelta
from decimal import Decimal

from django.core.management import CommandError, call_command
from django.db import connection

from creditsite.kernel import clock
from wallet.actions import (
    add_service,
    adjust_wallet,
    capture_hold,
    claw_back,
    grant_credits,
    place_hold,
    release_hold,
    reverse_spend,
    roll_over,
    spend_credits,
)
from wallet.models import Grant, GrantSource, Hold, LedgerEntry, Wallet
from wallet.tests.conftest import ACTOR

DROP_CONSTRAINTS = """
DO $$ DECLARE guard record; BEGIN
    FOR guard IN
        SELECT conrelid::regclass AS of_table, conname FROM pg_constraint
        WHERE conrelid::regclass::text LIKE 'wallet\\_%' AND contype IN ('c', 'u')
    LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', guard.of_table, guard.conname);
    END LOOP;
END $$
"""


def tamper(*statements: str) -> None:
    """Run SQL with the guards off: no triggers, no foreign keys, no constraints."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(DROP_CONSTRAINTS)
        cursor.execute("SET session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement)
            assert cursor.rowcount != 0, f"it changed nothing: {statement}"
        cursor.execute("SET session_replication_role = origin")


def rewrite_chain(wallet: Wallet) -> None:
    """Make all hashes of a wallet anew, so that its chain is whole whatever its entries say."""
    rows = LedgerEntry.objects.filter(wallet=wallet).order_by("sequence")
    tamper(
        "UPDATE wallet_wallet SET head = ''",
        *(
            f"""
            WITH written AS (
                UPDATE wallet_ledgerentry AS e SET hash = ledger_entry_hash(w.head, e)
                FROM wallet_wallet AS w WHERE e.id = {pk} AND w.id = e.wallet_id
                RETURNING e.wallet_id, e.hash
            )
            UPDATE wallet_wallet AS w SET head = written.hash
            FROM written WHERE w.id = written.wallet_id
            """
            for pk in rows.values_list("pk", flat=True)
        ),
    )


def verify(**options: object) -> tuple[int, str]:
    """Return the exit code of `verify_ledger` and all it printed."""
    printed = io.StringIO()
    try:
        call_command("verify_ledger", stdout=printed, stderr=printed, **options)
    except CommandError as error:
        return error.returncode, f"{printed.getvalue()}{error}"
    return 0, printed.getvalue()


class Life:
    """Short ways to the actions on one wallet, each under a key of its own."""

    def __init__(self, wallet: Wallet) -> None:
        self.wallet = wallet
        self.service = add_service(
            slug="runs", name="Runs", unit="run", credits_per_unit=Decimal(1)
        )
        self.keys = iter(f"key-{number}" for number in range(100))

    def give(self, credits: int, cost_cents: int = 0, priority: int = 0) -> LedgerEntry:
        return grant_credits(
            wallet=self.wallet,
            credits=Decimal(credits),
            source=GrantSource.TOP_UP,
            cost_cents=cost_cents,
            priority=priority,
            idempotency_key=next(self.keys),
            actor=ACTOR,
        ).entry

    def spend(self, quantity: str, **metadata: str) -> LedgerEntry:
        return spend_credits(
            wallet_id=self.wallet.pk,
            service=self.service.slug,
            quantity=Decimal(quantity),
            idempotency_key=next(self.keys),
            actor=ACTOR,
            metadata=metadata,
        ).entry

    def hold(self, credits: int) -> Hold:
        return place_hold(
            wallet_id=self.wallet.pk,
            service=self.service.slug,
            credits=Decimal(credits),
            expires_in=timedelta(hours=1),
            idempotency_key=next(self.keys),
            actor=ACTOR,
        ).hold

    def claw_back(self, credits: int) -> None:
        claw_back(
            wallet=self.wallet,
            credits=Decimal(credits),
            reference="dp_1",
            reason="chargeback",
            idempotency_key=next(self.keys),
            actor=ACTOR,
        )


def live_through_everything(wallet: Wallet) -> None:
    """Give the wallet an entry of every kind, and what stands beside the entries."""
    life = Life(wallet)
    life.give(10, cost_cents=99)
    life.give(20, cost_cents=200, priority=1)
    from_both_lots = life.spend("13.3333", outcome="failed")
    reverse_spend(
        spend=from_both_lots,
        credits=Decimal(2),
        reason="failed",
        idempotency_key=next(life.keys),
        actor=ACTOR,
    )
    life.spend("0.5")
    ended = {"outcome": "failed"}
    capture_hold(hold=life.hold(4), credits=Decimal("2.5"), metadata=ended, actor=ACTOR)
    release_hold(hold=life.hold(1))
    adjust_wallet(
        wallet=wallet,
        credits=Decimal(-1),
        reason="mistake",
        idempotency_key=next(life.keys),
        actor=ACTOR,
    )
    life.claw_back(16)
    life.give(5, cost_cents=50)
    life.claw_back(1)
    roll_over(
        grant=Grant.objects.get(pk=life.give(7).draws[0][0]),
        most=Decimal(2),
        expires_at=clock.NEVER,
        idempotency_key=next(life.keys),
        actor=ACTOR,
    )
    life.hold(3)
