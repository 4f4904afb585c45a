"""The tests' database: on the server of `DATABASE_URL`, else on an embedded one of their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from pytest_django import DjangoDbBlocker

if TYPE_CHECKING:
    from creditsite.tests.databases import TestDatabase


def pytest_configure() -> None:
    """Keep the tests off the running site's embedded server: they have their own, unsynced."""
    from django.conf import settings
    from django.db import connections

    from creditsite.embedded.server import FAST_OPTIONS

    database = connections.settings["default"]
    if database["ENGINE"] == "creditsite.embedded":
        database["CLUSTER"] = settings.DATA_DIR / "test-postgres"
        database["SERVER_OPTIONS"] = FAST_OPTIONS
        database["NAME"] = "postgres"


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[TestDatabase]:
    """Give this process a database of its own for the whole run."""
    from django.test import TransactionTestCase

    from creditsite.tests.databases import TestDatabase

    with django_db_blocker.unblock():
        database = TestDatabase()
        database.create()

    # Django would TRUNCATE every table; append-only tables refuse that, and rows that
    # migrations made would be gone. Only tests without a surrounding transaction come here.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: database.restore())
        yield database
    with django_db_blocker.unblock():
        database.drop()


@pytest.fixture
def database(django_db_setup: TestDatabase, transactional_db: None) -> TestDatabase:
    """Return this test's database, which it may make anew."""
    return django_db_setup


@pytest.fixture
def database_url(transactional_db: None) -> str:
    """Return the `DATABASE_URL` of this test's database, for processes the test starts."""
    from django.db import connection

    parameters = connection.get_connection_params()
    login = quote(parameters.get("user", ""), safe="")
    if parameters.get("password"):
        login += ":" + quote(parameters["password"], safe="")
    place = _query({name: parameters.get(name) for name in ("host", "port")})
    return f"postgres://{login}@/{quote(parameters['dbname'], safe='')}?{place}"


def _query(values: dict[str, Any]) -> str:
    return "&".join(
        f"{name}={quote(str(value), safe='')}" for name, value in values.items() if value
    )
