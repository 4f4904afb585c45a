"""Asks the ledger's SQL functions and reads their answers."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, OperationalError, models
from django.db.models.base import ModelState
from psycopg.errors import DeadlockDetected, LockNotAvailable, OutOfMemory

from creditsite.kernel.sql import fetch_prepared
from wallet.errors import WalletBusy

Row = TypeVar("Row", bound=models.Model)
# No lock within `lock_timeout`, none at all because of a circle, or no room for one.
NO_LOCK = (LockNotAvailable, DeadlockDetected, OutOfMemory)
RETRY_SECONDS = 5
# Without the look around the text that `json.loads` takes: PostgreSQL writes nothing there.
read_json = json.JSONDecoder().raw_decode


@dataclass(frozen=True)
class Outcome(Generic[Row]):
    """What an SQL function answered: the row it wrote or found, or a refusal with its facts.

    `name` is `posted`, `replayed` (then there is a row) or the refusal's, as the function's file
    lists them.
    """

    name: str
    row: Row | None
    facts: dict[str, Any]

    @property
    def replayed(self) -> bool:
        return self.name == "replayed"


class Question(Generic[Row]):
    """A call of an SQL function that answers an outcome, its facts and a row of a model.

    `call` names the function, with `%s` for each parameter, `row` what it calls the row. Columns
    that are `left_out` of the answer are deferred: Django fetches each when somebody looks at it.
    """

    def __init__(
        self, model: type[Row], row: str, call: str, left_out: Collection[str] = ()
    ) -> None:
        fields = [field for field in model._meta.concrete_fields if field.column not in left_out]
        columns = ", ".join(f"(r.{row}).{field.column}" for field in fields)
        self._statement = f"SELECT r.outcome, r.facts, {columns} FROM {call} AS r"
        self._model = model
        self._names = [field.attname for field in fields]
        self._places_of_json = [
            place for place, field in enumerate(fields) if isinstance(field, models.JSONField)
        ]

    def ask(self, *parameters: Any) -> Outcome[Row]:
        """Run a function that answers one row: one round trip."""
        # Not by `_fetch`: a call more is a hundredth of what Python does for a spend.
        try:
            (answer,) = fetch_prepared(self._statement, parameters)
        except OperationalError as error:
            refuse_without_lock(error)
            raise
        return self._read(answer)

    def ask_for_many(self, *parameters: Any) -> list[Outcome[Row]]:
        """Run a function that answers several rows, in their order."""
        return [self._read(answer) for answer in _fetch(self._statement, parameters)]

    def _read(self, answer: Sequence[Any]) -> Outcome[Row]:
        """Build the row past its constructor, as unpickling does: no signals, field by field.

        That would take longer than all the rest that Python does for a spend.
        """
        name, facts, *values = answer
        facts = json.loads(facts) if facts else {}
        if values[0] is None:
            return Outcome(name, None, facts)
        for place in self._places_of_json:
            values[place], _ = read_json(values[place])
        row = self._model.__new__(self._model)
        row._state = ModelState()
        row._state.adding = False
        row._state.db = DEFAULT_DB_ALIAS
        row.__dict__.update(zip(self._names, values, strict=True))
        return Outcome(name, row, facts)


def ask_number(statement: str, *parameters: int | str) -> int:
    """Run a function that answers a number."""
    ((number,),) = _fetch(statement, parameters)
    return int(number)


def _fetch(statement: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    try:
        return fetch_prepared(statement, parameters)
    except OperationalError as error:
        refuse_without_lock(error)
        raise


def refuse_without_lock(error: OperationalError) -> None:
    """Raise `WalletBusy` where the error says that no lock was to be had."""
    if isinstance(error.__cause__, NO_LOCK):
        raise WalletBusy(
            "The wallet is busy. Nothing was done. Try the same request again in a moment.",
            retry_after=RETRY_SECONDS,
        ) from error
