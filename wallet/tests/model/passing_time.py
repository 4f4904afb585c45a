"""Time that passes while a test stands still."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from typing import Any

from django.core.management import call_command
from django.db import connection, transaction

from creditsite.kernel import clock
from wallet.models import Grant, Hold


class PassingTime:
    """Moves everything that has a time closer, as if that time had passed.

    The database's clock can't be set, so that lots, holds and wallets are given earlier times,
    with the guards of these tables off. `verify_ledger` knows from the entries when a lot was
    to expire: `verify` puts the true times back first, so that it checks all it can.
    """

    def __init__(self) -> None:
        self.lots: dict[int, datetime] = {}
        self.holds: dict[int, tuple[datetime, datetime]] = {}

    def passes(self, *, hours: float) -> None:
        for lot, expires_at in Grant.objects.values_list("pk", "expires_at"):
            self.lots.setdefault(lot, expires_at)
        for hold, *times in Hold.objects.values_list("pk", "created_at", "expires_at"):
            self.holds.setdefault(hold, (times[0], times[1]))
        never, step = clock.NEVER, timedelta(hours=hours)
        self._write(
            (
                "UPDATE wallet_grant SET expires_at = expires_at - %s WHERE expires_at < %s",
                step,
                never,
            ),
            (
                "UPDATE wallet_hold SET created_at = created_at - %s, expires_at = expires_at - %s",
                step,
                step,
            ),
            *(
                (f"UPDATE wallet_wallet SET {name} = {name} - %s WHERE {name} < %s", step, never)
                for name in ("next_expiry_at", "next_release_at")
            ),
        )

    def verify(self) -> None:
        """Let `verify_ledger` look at the true times. Nothing passes after this."""
        self._write(
            *(
                ("UPDATE wallet_grant SET expires_at = %s WHERE id = %s", expires_at, lot)
                for lot, expires_at in self.lots.items()
            ),
            *(
                (
                    "UPDATE wallet_hold SET created_at = %s, expires_at = %s WHERE id = %s",
                    *times,
                    hold,
                )
                for hold, times in self.holds.items()
            ),
        )
        verify()

    @staticmethod
    def _write(*statements: tuple[Any, ...]) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            for statement, *parameters in statements:
                cursor.execute(str(statement), parameters)
            cursor.execute("SET session_replication_role = origin")


def verify() -> None:
    """Run `verify_ledger`, which raises where it finds a fault."""
    call_command("verify_ledger", verbosity=0, stdout=io.StringIO())
