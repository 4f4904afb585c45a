"""One time for the site, its database and the sandbox, which moves when it is told to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import time_machine
from django.db import connection

from billing.tests.stripe_account import StripeAccount

# Found before PostgreSQL's own function of this name, by every new session of the database.
MOVED_CLOCK = """
CREATE SCHEMA moved;
CREATE TABLE moved.clock (ahead interval NOT NULL);
INSERT INTO moved.clock VALUES ('0');
CREATE FUNCTION moved.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS
    'SELECT pg_catalog.clock_timestamp() + ahead FROM moved.clock';
DO $$ BEGIN EXECUTE format(
    'ALTER DATABASE %I SET search_path = moved, pg_catalog, public', current_database()
); END $$;
"""


class MovedTime:
    """The time of a simulation. The sandbox's clock stands still between moves."""

    def __init__(self, account: StripeAccount, start: datetime) -> None:
        self.account = account
        self.now = start
        self._traveller: time_machine.travel | None = None

    @contextmanager
    def running(self) -> Iterator[None]:
        """Move everything to the start; afterwards the process has its own time again."""
        with connection.cursor() as cursor:
            cursor.execute(MOVED_CLOCK)
        connection.close()
        self.account.call("POST", "/_sandbox/clock", json={"stands_at": int(self.now.timestamp())})
        self._follow()
        try:
            yield
        finally:
            self._stop()

    def advance(self, days: float) -> None:
        """Move on; what is due at Stripe on the way has happened afterwards."""
        self.account.advance(days=days)
        self.now += timedelta(days=days)
        self._follow()

    def _follow(self) -> None:
        self._stop()
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE moved.clock SET ahead = %s - pg_catalog.clock_timestamp()", [self.now]
            )
        self._traveller = time_machine.travel(self.now, tick=True)
        self._traveller.start()

    def _stop(self) -> None:
        if self._traveller:
            self._traveller.stop()
            self._traveller = None
