"""PostgreSQL's own load generator, from the wheel that brings the embedded server."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from django.db import connection
from psycopg import sql

from benchmarks.measure import Sample
from benchmarks.population import ACTOR, SERVICE
from benchmarks.stage import Database
from creditsite.embedded.cluster import programs
from wallet.actions import spend_credits

CLIENTS = 8
THREADS = 2
SCALE = 50
KEY = "key-of-the-recorded-spend"
Protocol = Literal["simple", "prepared"]


class LoadFailed(Exception):
    """pgbench stopped or had failed transactions; the message is what it said."""


@dataclass(frozen=True)
class Load:
    """What pgbench runs: arguments that choose the script, and the protocol."""

    script: tuple[str, ...]
    protocol: Protocol = "prepared"

    def run(self, *, database: Database, seconds: float) -> Sample:
        """Run it with eight clients for whole seconds, at least one."""
        return self._run(database, f"--time={max(1, round(seconds))}")

    def repeat(self, *, database: Database, transactions: int) -> Sample:
        """Run it with eight clients until there were about so many transactions."""
        return self._run(database, f"--transactions={max(1, transactions // CLIENTS)}")

    def _run(self, database: Database, amount: str) -> Sample:
        printed = _pgbench(
            database,
            *("--no-vacuum", f"--client={CLIENTS}", f"--jobs={THREADS}"),
            *(amount, f"--protocol={self.protocol}", *self.script),
        )
        failed = _number(r"number of failed transactions: (\d+)", printed)
        if failed:
            raise LoadFailed(printed)
        return Sample(
            units=int(_number(r"number of transactions actually processed: (\d+)", printed)),
            rate=_number(r"tps = ([0-9.]+)", printed),
        )


def make_tables(database: Database) -> None:
    """Make the tables of pgbench's own scripts, many more branches than clients."""
    _pgbench(database, "--initialize", "--quiet", f"--scale={SCALE}")


def write_spend_script(folder: Path, *, wallets: list[int]) -> Load:
    """Return the load whose every transaction is the statement `spend_credits` sends.

    It is recorded from a spend, so that it is what the site runs, whatever that becomes.
    """
    statement, parameters = _record_spend(wallets[0])
    texts = [_script_text(value, wallet=wallets[0]) for value in parameters]
    parts = statement.split("%s")
    call = parts[0] + "".join(text + part for text, part in zip(texts, parts[1:], strict=True))
    lines = [
        f"\\set wallet random({min(wallets)}, {max(wallets)})",
        "\\set key random(1, 9000000000000000000)",
        f"{call};",
    ]
    path = folder / "spend.sql"
    path.write_text("\n".join(lines) + "\n")
    return Load(("--file", str(path)))


def _record_spend(wallet: int) -> tuple[str, tuple[Any, ...]]:
    recorded: list[tuple[str, tuple[Any, ...]]] = []

    def record(execute: Any, statement: str, parameters: Any, many: bool, context: Any) -> Any:
        recorded.append((statement, tuple(parameters or ())))
        return execute(statement, parameters, many, context)

    with connection.execute_wrapper(record):
        spend_credits(
            wallet_id=wallet,
            service=SERVICE,
            quantity=Decimal(1),
            idempotency_key=KEY,
            actor=ACTOR,
        )
    ((statement, parameters),) = recorded
    return statement, parameters


def _script_text(value: Any, *, wallet: int) -> str:
    if value == KEY:
        return ":key::text"
    if type(value) is int and value == wallet:
        return ":wallet::bigint"
    text = sql.Literal(value).as_string()
    # pgbench takes a colon and a name for a variable of its own, in strings too.
    return f"U&{text}".replace(":", "\\003A") if isinstance(value, str) else text


def _pgbench(database: Database, *arguments: str) -> str:
    done = subprocess.run(
        [str(programs() / "pgbench"), *arguments, database.url],
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    if done.returncode:
        raise LoadFailed(done.stdout)
    return done.stdout


def _number(pattern: str, text: str) -> float:
    found = re.search(pattern, text)
    return float(found[1]) if found else 0.0
