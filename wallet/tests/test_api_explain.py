"""What explains an entry, as the API and the page tell it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from creditsite.accounts.actions import create_api_key
from creditsite.accounts.models import Scope, User
from creditsite.kernel import clock
from wallet.actions import (
    Posting,
    adjust_wallet,
    capture_hold,
    claw_back,
    place_hold,
    reverse_spend,
)
from wallet.models import LedgerEntry, Service, Wallet
from wallet.tests.conftest import ACTOR, Give

Spend = Callable[..., Posting]


def reverse(spend: LedgerEntry) -> None:
    reverse_spend(
        spend=spend, credits=Decimal(1), reason="failed run", idempotency_key="r", actor=ACTOR
    )


def get(client: Client, path: str, api_key: str) -> Any:
    return client.get(path, headers={"Authorization": f"Bearer {api_key}"})


def test_the_api_answers_the_same_explanation(
    client: Client, wallet: Wallet, service: Service, give: Give, customer_key: str
) -> None:
    granted = give("10", cost_cents=100).entry
    hold = place_hold(
        wallet_id=wallet.pk,
        service=service.slug,
        credits=Decimal(5),
        expires_in=timedelta(hours=1),
        idempotency_key="hold",
        actor=ACTOR,
    ).hold
    spent = capture_hold(hold=hold, credits=Decimal(3), actor=ACTOR).entry
    reverse(spent)
    answer = get(client, f"/api/v1/entries/{spent.pk}", customer_key).json()
    assert answer["explanation"][0].startswith("3.00 of 5.00 held credits")
    assert answer["captured_hold"] | {"placed_at": "", "expires_at": "", "settled_at": ""} == {
        "id": spent.hold_id,
        "held": "5.0000",
        "captured": "3.0000",
        "freed": "2.0000",
        "placed_at": "",
        "expires_at": "",
        "settled_at": "",
    }
    assert answer["draws"] == [
        {
            "grant": granted.draws[0][0],
            "credits": "-3.0000",
            "cost_cents": -30,
            "currency": "usd",
            "source": "promotion",
            "expires_at": None,
        }
    ]
    assert (answer["reversals"]["credits"], answer["reversals"]["left"]) == ("1.0000", "2.0000")
    for absent in ("price", "clawback", "retries", "previous_spend", "rolled_over"):
        assert answer[absent] is None


@pytest.mark.parametrize("kind", ["spend", "grant", "reversal", "expiry", "clawback", "adjustment"])
def test_every_kind_has_a_page_and_an_answer(
    client: Client,
    customer: User,
    wallet: Wallet,
    service: Service,
    give: Give,
    spend: Spend,
    customer_key: str,
    kind: str,
) -> None:
    give("1", expires_at=clock.now())
    give("20")
    reverse(spend("2", "a", note="<b>").entry)
    adjust_wallet(wallet=wallet, credits=Decimal(1), reason="<i>", idempotency_key="x", actor=ACTOR)
    claw_back(
        wallet=wallet,
        credits=Decimal(50),
        reference="",
        reason="r",
        idempotency_key="c",
        actor=ACTOR,
    )
    entry = wallet.entries.filter(kind=kind).order_by("-sequence")[0]
    answer = get(client, f"/api/v1/entries/{entry.pk}", customer_key)
    assert answer.status_code == 200
    client.force_login(customer)
    page = client.get(f"/wallet/entries/{entry.pk}/")
    assert page.status_code == 200
    text = page.content.decode()
    assert "<b>" not in text and "<i>" not in text
    for sentence in answer.json()["explanation"]:
        assert sentence in text


def test_a_stranger_finds_no_explanation(
    client: Client, stranger: User, give: Give, spend: Spend
) -> None:
    give("5")
    entry = spend("1", "a").entry
    _, key = create_api_key(customer=stranger, name="s", scopes=Scope.values)
    _, spender = create_api_key(customer=stranger, name="s", scopes=[Scope.USAGE_WRITE])
    assert get(client, f"/api/v1/entries/{entry.pk}", key).status_code == 404
    assert get(client, f"/api/v1/entries/{entry.pk}", spender).status_code == 403
    client.force_login(stranger)
    assert client.get(f"/wallet/entries/{entry.pk}/").status_code == 404
