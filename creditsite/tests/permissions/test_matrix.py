"""Every route lets in whom `matrix.txt` says, and nobody else; a new route needs a line there."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import Settings

from billing.tests.stripe_account import StripeAccount
from creditsite.accounts.models import User
from creditsite.tests.permissions.matrix import Rows, Visitor, asked, expected
from creditsite.tests.permissions.routes import routes
from creditsite.tests.permissions.world import LETTERS, fill, people
from creditsite.tests.sandbox_fixtures import StripeSandbox

pytestmark = pytest.mark.long


@pytest.fixture
def values(stripe_sandbox: StripeSandbox, settings: Settings, customer: User) -> dict[str, Any]:
    """Return what addresses name, on a site where the customer has one of everything."""
    account = StripeAccount(stripe_sandbox.url, settings.STRIPE_SECRET_KEY)
    account.reset()
    return fill(account, customer, settings.STRIPE_API_VERSION)


@pytest.mark.parametrize("method", ["get", "post"])
def test_each_route_lets_in_whom_the_matrix_names(
    values: dict[str, Any], customer: User, method: str
) -> None:
    visitors = {letter: Visitor(person) for letter, person in people(customer).items()}
    assert "".join(visitors) == LETTERS
    found = asked(method, routes(), visitors, values)
    assert found == expected(method), differences(found, expected(method))


def differences(found: Rows, wanted: Rows) -> str:
    """Return each line that differs, ready to be looked at."""
    return "\n".join(
        f"{row}: lets in {found.get(row, 'nobody asks')}, the matrix says {wanted.get(row)}"
        for row in sorted({*found, *wanted})
        if found.get(row) != wanted.get(row)
    )
