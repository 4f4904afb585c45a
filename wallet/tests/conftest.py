"""What the wallet's tests start from; all of it made by the real actions."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

import pytest
from django.test import Client

from creditsite.accounts.actions import create_api_key
from creditsite.accounts.models import Scope, User
from creditsite.kernel import clock
from creditsite.kernel.actor import Actor
from creditsite.roles import FINANCE, SUPERVISOR
from creditsite.tests.people import make_in_role
from wallet.actions import Posting, add_service, grant_credits, open_wallet, spend_credits
from wallet.models import GrantSource, Service, Wallet

ACTOR = Actor.system("test")


Post = Callable[..., Any]


class Give(Protocol):
    def __call__(
        self,
        credits: str,
        *,
        key: str = "",
        cost_cents: int = 0,
        priority: int = 0,
        expires_at: datetime = clock.NEVER,
    ) -> Posting: ...


@pytest.fixture
def wallet(customer: User) -> Wallet:
    return open_wallet(customer=customer)


@pytest.fixture
def asker(db: None) -> User:
    """An operator of Finance, who moves credits."""
    return make_in_role("asker@example.com", FINANCE)


@pytest.fixture
def approver(db: None) -> User:
    """A supervisor, who decides on what others ask for."""
    return make_in_role("approver@example.com", SUPERVISOR)


@pytest.fixture
def service(db: None) -> Service:
    """A service at one credit a run."""
    return add_service(slug="runs", name="Runs", unit="run", credits_per_unit=Decimal(1))


@pytest.fixture
def give(wallet: Wallet) -> Give:
    """Put credits into the wallet, each time under a new key unless one is named."""
    numbers = itertools.count(1)

    def give_credits(
        credits: str,
        *,
        key: str = "",
        cost_cents: int = 0,
        priority: int = 0,
        expires_at: datetime = clock.NEVER,
    ) -> Posting:
        return grant_credits(
            wallet=wallet,
            credits=Decimal(credits),
            source=GrantSource.PROMOTION,
            idempotency_key=key or f"give-{next(numbers)}",
            actor=ACTOR,
            cost_cents=cost_cents,
            priority=priority,
            expires_at=expires_at,
        )

    return give_credits


@pytest.fixture
def spend(wallet: Wallet, service: Service) -> Callable[..., Posting]:
    """Spend a quantity of the service from the wallet under a key."""

    def spend_quantity(quantity: str, key: str, **metadata: str) -> Posting:
        return spend_credits(
            wallet_id=wallet.pk,
            service=service.slug,
            quantity=Decimal(quantity),
            idempotency_key=key,
            actor=ACTOR,
            metadata=metadata,
        )

    return spend_quantity


@pytest.fixture
def customer_key(customer: User) -> str:
    _, text = create_api_key(customer=customer, name="script", scopes=Scope.values)
    return text


@pytest.fixture
def platform_key(db: None) -> str:
    _, text = create_api_key(customer=None, name="platform", scopes=Scope.values)
    return text


@pytest.fixture
def post_spend(client: Client, customer_key: str) -> Post:
    """POST a spend with the customer's key; `raw` sends the text as it is."""

    def post(
        body: object = None,
        *,
        key: str | None = "k1",
        api_key: str = customer_key,
        raw: str | None = None,
        **headers: str,
    ) -> Any:
        if key is not None:
            headers["Idempotency-Key"] = key
        return client.post(
            "/api/v1/spends",
            raw if raw is not None else json.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Bearer {api_key}", **headers},
        )

    return post
