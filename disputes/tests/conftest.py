"""Who and what the tests of disputes start from."""

from __future__ import annotations

import pytest
from django.test import Client

from creditsite.accounts.actions import create_api_key
from creditsite.accounts.models import Scope, User
from disputes.models import Dispute
from disputes.tests.calls import Call, make_call
from disputes.tests.cases import charge, dispute, give, make_reviewer
from wallet.actions import open_wallet
from wallet.models import LedgerEntry, Wallet


@pytest.fixture
def wallet(customer: User) -> Wallet:
    """Return the customer's wallet with 1,000 credits."""
    opened = open_wallet(customer=customer)
    give(opened)
    return opened


@pytest.fixture
def reviewer(db: None) -> User:
    """Return an operator who reviews disputes at the first level."""
    return make_reviewer("reviewer@example.com")


@pytest.fixture
def colleague(db: None) -> User:
    """Return another operator of the first level."""
    return make_reviewer("colleague@example.com")


@pytest.fixture
def supervisor(db: None) -> User:
    """Return an operator who also rules on appeals and assigns cases."""
    return make_reviewer("supervisor@example.com", "rule_on_appeal", "assign_dispute")


@pytest.fixture
def spend(wallet: Wallet) -> LedgerEntry:
    """Return a charge of 10 credits."""
    return charge(wallet)


@pytest.fixture
def case(spend: LedgerEntry) -> Dispute:
    """Return an open dispute about the charge."""
    return dispute(spend)


@pytest.fixture
def call(client: Client, customer: User) -> Call:
    """Ask the API with a key of the customer's."""
    _, key = create_api_key(customer=customer, name="script", scopes=Scope.values)
    return make_call(client, key)


@pytest.fixture
def stranger_call(client: Client, stranger: User) -> Call:
    _, key = create_api_key(customer=stranger, name="script", scopes=Scope.values)
    return make_call(client, key)


@pytest.fixture
def platform_call(client: Client, db: None) -> Call:
    _, key = create_api_key(customer=None, name="platform", scopes=Scope.values)
    return make_call(client, key)
