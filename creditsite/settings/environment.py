"""Reads the environment. A bad value is remembered for the system checks, never a traceback."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import django_stubs_ext
import environ

BASE_DIR = Path(__file__).resolve().parent.parent.parent

# Django's generic classes take their parameters at run time too, before any app is imported.
django_stubs_ext.monkeypatch()

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")


@dataclass(frozen=True)
class Variable:
    """One setting by environment, as docs/configuration.md lists it."""

    name: str
    default: str
    expects: str
    check_id: str


@dataclass(frozen=True)
class Problem:
    """A variable whose value can't be used; the default stands in until start-up refuses."""

    variable: Variable
    value: str


VARIABLES: list[Variable] = []
PROBLEMS: list[Problem] = []


def read(
    name: str,
    cast: Callable[[str], Any],
    *,
    default: str,
    expects: str,
    check_id: str,
    valid: Callable[[Any], bool] = lambda _value: True,
) -> Any:
    """Return the variable `name` as `cast` makes it.

    Where the text can't be cast or `valid` says no, the problem is kept for
    `creditsite.checks` and the default is returned, so that start-up can say all at once.
    """
    variable = Variable(name, default, expects, check_id)
    VARIABLES.append(variable)
    text = env.str(name, default="").strip()
    if not text:
        return cast(default)
    try:
        value = cast(text)
        if valid(value):
            return value
    except (ValueError, ArithmeticError, TypeError):
        pass
    PROBLEMS.append(Problem(variable, text))
    return cast(default)


def flag(text: str) -> bool:
    """Cast `true/false`, `yes/no`, `on/off`, `1/0`; anything else is a ValueError."""
    word = text.lower()
    if word in {"true", "yes", "on", "1"}:
        return True
    if word in {"false", "no", "off", "0"}:
        return False
    raise ValueError(text)


def words(text: str) -> list[str]:
    """Cast a comma-separated list; blanks are dropped."""
    return [word.strip() for word in text.split(",") if word.strip()]
