"""Every variable is checked at start; what is dangerous together is refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from creditsite.tests.settings_process import (
    BASE_DIR,
    DeclaredVariable,
    Finding,
    names_in_example,
    read_settings,
)

BAD_VALUES = {
    "ADJUSTMENT_APPROVAL_CREDITS": "-1",
    "ALLOWED_HOSTS": "https://credits.example.com/",
    "CREDIT_SYSTEM_ENABLED": "perhaps",
    "CREDIT_DISPUTE_ENABLED": "perhaps",
    "DATABASE_PREPARED_STATEMENTS": "perhaps",
    "DISPUTE_AUTOMATIC_RULES": "gut_feeling",
    "DISPUTE_RESPONSE_HOURS": "12",
    "DISPUTE_WINDOW_DAYS": "0",
    "DATABASE_URL": "mysql://root@localhost/credits",
    "DATA_DIR": __file__,
    "DEBUG": "perhaps",
    "DEFAULT_CREDIT_RATE": "NaN",
    "DEFAULT_FROM_EMAIL": "nobody",
    "EMAIL_URL": "credits.example.com:25",
    "HASHED_STATIC_FILES": "maybe",
    "LEDGER_HEADS_DIR": __file__,
    "LOG_LEVEL": "LOUD",
    "SECRET_KEY": "short",
    "SECRET_KEY_FALLBACKS": "short",
    "SITE_URL": "credits.example.com",
    "STAFF_MFA_REQUIRED": "perhaps",
    "STATEMENT_SIGNING_KEY": "c2hvcnQ=",
    "STRIPE_API_BASE": "127.0.0.1:12111",
    "STRIPE_LIVE_MODE": "yes, please",
    "STRIPE_LIVE_SECRET_KEY": "sk_test_000000000000000000000000000000",
    "STRIPE_TEST_SECRET_KEY": "sk_live_000000000000000000000000000000",
    "STRIPE_INBOX_DAYS": "30",
    "SUBSCRIPTION_WEBHOOK_SECRET": "secret",
    "TRUSTED_PROXY_COUNT": "-1",
    "TOP_UP_LIFETIME_DAYS": "0",
    "TOP_UP_MAXIMUM": "-5",
    "ALLOCATION_GRACE_HOURS": "1",
    "CREDIT_FLOOR_RATE": "-1",
    "TOP_UP_MINIMUM": "ten",
}
# The process would otherwise write its secret key where DATA_DIR says by default.
GOOD_KEY = {"SECRET_KEY": "k" * 50}
LIVE = {"STRIPE_LIVE_MODE": "true", "STRIPE_LIVE_SECRET_KEY": "sk_live_" + "0" * 30}


@pytest.fixture(scope="module")
def declared(tmp_path_factory: pytest.TempPathFactory) -> list[DeclaredVariable]:
    """Return the variables of the settings."""
    variables, findings = read_settings(tmp_path_factory.mktemp("data"), {})
    assert findings == []
    return variables


@pytest.fixture(scope="module")
def findings_of_all_bad(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Finding]:
    """Return what the checks say when every variable has a bad value, by id."""
    _, findings = read_settings(
        tmp_path_factory.mktemp("data"), BAD_VALUES | {"SECRET_KEY": "k" * 50}
    )
    _, of_key = read_settings(tmp_path_factory.mktemp("data"), {"SECRET_KEY": "short"})
    return {finding.id: finding for finding in (*findings, *of_key)}


def test_every_variable_has_a_bad_value_here(declared: list[DeclaredVariable]) -> None:
    assert {variable.name for variable in declared} == set(BAD_VALUES)


@pytest.mark.parametrize("name", sorted(BAD_VALUES))
def test_a_bad_value_is_refused_with_an_id_and_a_hint(
    name: str, declared: list[DeclaredVariable], findings_of_all_bad: dict[str, Finding]
) -> None:
    variable = next(variable for variable in declared if variable.name == name)
    finding = findings_of_all_bad[variable.check_id]
    assert finding.message == f"{name} has a value that can't be used."
    assert finding.hint == f"Give {variable.expects}."


def test_check_ids_are_unique(declared: list[DeclaredVariable]) -> None:
    ids = [variable.check_id for variable in declared]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("environment", "check_id"),
    [
        (LIVE | {"STRIPE_API_BASE": "http://127.0.0.1:12111"}, "creditsite.E070"),
        ({"STRIPE_LIVE_MODE": "true"}, "creditsite.E071"),
        (LIVE | {"DEBUG": "true"}, "creditsite.E072"),
        (LIVE | {"STAFF_MFA_REQUIRED": "false"}, "creditsite.E075"),
        ({"TOP_UP_MINIMUM": "100", "TOP_UP_MAXIMUM": "10"}, "creditsite.E073"),
        ({"CREDIT_FLOOR_RATE": "0.20"}, "creditsite.E074"),
    ],
)
def test_settings_that_do_not_go_together_are_refused(
    tmp_path: Path, environment: dict[str, str], check_id: str
) -> None:
    _, findings = read_settings(tmp_path, environment)
    assert [finding.id for finding in findings] == [check_id]
    assert findings[0].hint


def test_good_settings_of_a_live_site_are_accepted(tmp_path: Path) -> None:
    _, findings = read_settings(
        tmp_path,
        LIVE
        | GOOD_KEY
        | {
            "ALLOWED_HOSTS": "credits.example.com,api.credits.example.com",
            "DATABASE_URL": "postgres://web:secret@db.example.com:5432/credits",
            "EMAIL_URL": "smtp+tls://credits:secret@mail.example.com:587",
            "SITE_URL": "https://credits.example.com",
        },
    )
    assert findings == []


def test_the_configuration_page_lists_every_variable(declared: list[DeclaredVariable]) -> None:
    rows = [_row(variable) for variable in sorted(declared, key=lambda variable: variable.name)]
    page = (BASE_DIR / "docs/configuration.md").read_text()
    table = [
        line for line in page.splitlines() if re.fullmatch(r"\| `.* \| creditsite.E\d+ \|", line)
    ]
    assert table == rows, "docs/configuration.md should have:\n" + "\n".join(rows)


def test_the_example_file_lists_every_variable(declared: list[DeclaredVariable]) -> None:
    of_make_run = {"PORT", "SANDBOX_PORT"}
    assert set(names_in_example()) == {variable.name for variable in declared} | of_make_run


def _row(variable: DeclaredVariable) -> str:
    default = f"`{variable.default}`" if variable.default else ""
    return f"| `{variable.name}` | {default} | {variable.expects} | {variable.check_id} |"
