"""Asks the ledger's SQL functions and reads their answers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar

from django.db import connection, models

from creditsite.kernel.sql import prepared_cursor

Row = TypeVar("Row", bound=models.Model)


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


def selecting(model: type[models.Model], name: str) -> str:
    """Return the start of a statement that asks for outcome, facts and a row of the model."""
    columns = (f"(r.{name}).{field.column}" for field in model._meta.concrete_fields)
    return f"SELECT r.outcome, r.facts, {', '.join(columns)} FROM"


def ask(model: type[Row], statement: str, *parameters: Any) -> Outcome[Row]:
    """Run a function that answers one row: one round trip."""
    with prepared_cursor() as cursor:
        cursor.execute(statement, parameters)
        return _outcome(model, cursor.fetchone())


def ask_for_many(model: type[Row], statement: str, *parameters: Any) -> list[Outcome[Row]]:
    """Run a function that answers several rows, in their order."""
    with prepared_cursor() as cursor:
        cursor.execute(statement, parameters)
        return [_outcome(model, answer) for answer in cursor.fetchall()]


def _outcome(model: type[Row], answer: Sequence[Any]) -> Outcome[Row]:
    """Build the row by hand: a raw query set costs more than the spend it would describe."""
    name, facts, *columns = answer
    row = None
    if columns[0] is not None:
        for place in _places_of_json(model):
            columns[place] = json.loads(columns[place])
        row = model.from_db(connection.alias, [], columns)
    return Outcome(name=name, row=row, facts=json.loads(facts) if facts else {})


@cache
def _places_of_json(model: type[models.Model]) -> list[int]:
    fields = model._meta.concrete_fields
    return [place for place, field in enumerate(fields) if isinstance(field, models.JSONField)]


def ask_number(statement: str, *parameters: int | str) -> int:
    """Run a function that answers a number."""
    with prepared_cursor() as cursor:
        cursor.execute(statement, parameters)
        number: int = cursor.fetchone()[0]
    return number
