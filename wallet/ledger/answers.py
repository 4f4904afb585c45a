"""Asks the ledger's SQL functions and reads their answers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, models
from django.db.models.base import ModelState

from creditsite.kernel.sql import fetch_prepared

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
    (answer,) = fetch_prepared(statement, parameters)
    return _outcome(model, answer)


def ask_for_many(model: type[Row], statement: str, *parameters: Any) -> list[Outcome[Row]]:
    """Run a function that answers several rows, in their order."""
    return [_outcome(model, answer) for answer in fetch_prepared(statement, parameters)]


def _outcome(model: type[Row], answer: Sequence[Any]) -> Outcome[Row]:
    name, facts, *values = answer
    row = None if values[0] is None else _row(model, values)
    return Outcome(name, row, json.loads(facts) if facts else {})


def _row(model: type[Row], values: list[Any]) -> Row:
    """Build the row past its constructor, as unpickling does: no signals, field by field.

    That would take longer than all the rest that Python does for a spend.
    """
    names, places_of_json = _columns(model)
    for place in places_of_json:
        values[place] = json.loads(values[place])
    row = model.__new__(model)
    row._state = ModelState()
    row._state.adding = False
    row._state.db = DEFAULT_DB_ALIAS
    row.__dict__.update(zip(names, values, strict=True))
    return row


@cache
def _columns(model: type[models.Model]) -> tuple[list[str], list[int]]:
    """Return the names of a model's columns as attributes, and which of them are JSON."""
    fields = model._meta.concrete_fields
    places = [place for place, field in enumerate(fields) if isinstance(field, models.JSONField)]
    return [field.attname for field in fields], places


def ask_number(statement: str, *parameters: int | str) -> int:
    """Run a function that answers a number."""
    ((number,),) = fetch_prepared(statement, parameters)
    return int(number)
