"""The API keeps what its OpenAPI document says, whatever is sent to it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from pytest_django.live_server_helper import LiveServer
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import positive_data_acceptance

from creditsite.accounts.actions import create_api_key
from creditsite.accounts.models import Scope, User
from creditsite.kernel.actor import Actor
from creditsite.tests.sandbox_fixtures import StripeSandbox
from wallet.actions import add_service, grant_credits, open_wallet
from wallet.models import GrantSource

DOCUMENT = "/api/schema/?format=json"


@pytest.fixture
def api_key(transactional_db: None, customer: User, stripe_sandbox: StripeSandbox) -> str:
    """Return the key of a customer with credits, on a site whose Stripe is the sandbox."""
    grant_credits(
        wallet=open_wallet(customer=customer),
        credits=Decimal(1000),
        source=GrantSource.PROMOTION,
        idempotency_key="openapi test",
        actor=Actor.system("test"),
    )
    add_service(slug="runs", name="Runs", unit="run", credits_per_unit=Decimal(1))
    _, text = create_api_key(customer=customer, name="openapi", scopes=Scope.values)
    return text


def test_every_operation_answers_as_documented(live_server: LiveServer, api_key: str) -> None:
    document = schemathesis.openapi.from_url(f"{live_server.url}{DOCUMENT}")
    found = list(document.get_all_operations())
    operations = [result.ok() for result in found if isinstance(result, Ok)]
    assert len(operations) == len(found)
    assert len(operations) > 5
    for operation in operations:

        @hypothesis_settings(
            max_examples=20, deadline=None, suppress_health_check=list(HealthCheck)
        )
        @given(case=operation.as_strategy())
        def check(case: schemathesis.Case[Any]) -> None:
            case.call_and_validate(
                headers={"Authorization": f"Bearer {api_key}"},
                # What is well-formed may still be refused by a rule: zero credits, a limit.
                excluded_checks=[positive_data_acceptance],
            )

        check()
