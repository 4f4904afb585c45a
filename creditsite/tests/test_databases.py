"""The tests' own database: copies of a migrated template."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from creditsite.accounts.models import User
from creditsite.tests.databases import RUN_PREFIX, fingerprint
from wallet.models import WalletStatusChange

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_test_runs_in_a_copy_of_the_template() -> None:
    assert connection.settings_dict["NAME"].startswith(RUN_PREFIX)
    assert len(fingerprint()) == 16


@pytest.mark.parametrize("turn", [1, 2])
def test_rows_of_append_only_tables_are_gone_after_a_transactional_test(
    turn: int, customer: User
) -> None:
    assert not WalletStatusChange.objects.exists()
    WalletStatusChange.objects.create(
        wallet=customer.wallet, from_status="active", to_status="paused", reason=f"turn {turn}"
    )


def test_rows_of_migrations_are_back_after_a_transactional_test() -> None:
    assert ContentType.objects.get_for_model(get_user_model()).pk
