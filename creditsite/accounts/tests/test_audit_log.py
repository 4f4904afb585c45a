"""What operators did: shown to those who oversee, and kept as it was written."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.db import DatabaseError, connection, transaction
from django.test import Client

from creditsite.accounts.models import User
from wallet.models import Wallet
from wallet.tests.operators import Operator, step

AUDIT = "/admin/accounts/auditentry/"


@pytest.fixture
def logged(client: Client, operator: User, customer: User) -> LogEntry:
    """Pause the customer's wallet as an operator; return what the log says of it."""
    client.force_login(operator)
    wallet = Wallet.objects.get(customer=customer)
    Operator(client).do(step(wallet, "pause"), reason="Card reported stolen")
    return LogEntry.objects.get()


def test_a_step_stands_in_the_log_with_its_reason(client: Client, logged: LogEntry) -> None:
    page = client.get(AUDIT).content.decode()
    for told in ("operator@example.com", "Card reported stolen", "Wallet"):
        assert told in page
    assert client.get(f"{AUDIT}{logged.pk}/change/").status_code == 200
    assert client.get(f"{AUDIT}?q=stolen").context["cl"].result_count == 1
    assert client.get(f"{AUDIT}?q=nothing-like-it").context["cl"].result_count == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE django_admin_log SET change_message = ''",
        "DELETE FROM django_admin_log",
        "TRUNCATE django_admin_log",
    ],
)
def test_nobody_changes_the_log(logged: LogEntry, statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute(statement)


def test_an_operator_who_did_something_stays(logged: LogEntry, operator: User) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        operator.delete()
    fresh = User.objects.create_user("fresh@example.com", is_staff=True)
    assert fresh.delete()
