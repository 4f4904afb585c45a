"""Settings as a new process sees them under an environment of the test's choice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent.parent

PROGRAM = """
import json, sys
from django.conf import settings
from creditsite import checks
from creditsite.settings.environment import VARIABLES
found = [*checks.check_variables(), *checks.check_combinations()]
json.dump({
    "variables": [vars(variable) for variable in VARIABLES],
    "findings": [[message.id, message.msg, message.hint] for message in found],
}, sys.stdout)
"""


@dataclass(frozen=True)
class Finding:
    """What a system check said."""

    id: str
    message: str
    hint: str


@dataclass(frozen=True)
class DeclaredVariable:
    """A variable as the settings declare it; paths are relative to the checkout."""

    name: str
    default: str
    expects: str
    check_id: str


def read_settings(
    folder: Path, environment: dict[str, str]
) -> tuple[list[DeclaredVariable], list[Finding]]:
    """Return the declared variables, and what the checks say of `environment`.

    Nothing else is set: neither the caller's environment nor an `.env` gets in.
    """
    nothing = dict.fromkeys((*os.environ, *names_in_example()), "") | {"PORT": "8000"}
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        check=True,
        capture_output=True,
        cwd=BASE_DIR,
        env=nothing
        | kept
        | {"DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "creditsite.settings"}
        | environment,
        text=True,
    )
    read = json.loads(done.stdout)
    variables = [
        DeclaredVariable(
            **{name: str(value).replace(f"{BASE_DIR}/", "") for name, value in v.items()}
        )
        for v in read["variables"]
    ]
    return variables, [Finding(*finding) for finding in read["findings"]]


def names_in_example() -> list[str]:
    """Return the variables that `.env.example` lists, set or commented out."""
    lines = (BASE_DIR / ".env.example").read_text().splitlines()
    return [line.lstrip("# ").split("=", 1)[0] for line in lines if "=" in line]
