"""The examples of docs/ledger.md, run as they stand there, in their order."""

from __future__ import annotations

from decimal import Decimal
from string import Template

import pytest
from pytest_django.live_server_helper import LiveServer

from creditsite.accounts.actions import create_api_key
from creditsite.accounts.models import Scope, User
from creditsite.kernel.actor import Actor
from creditsite.settings.environment import BASE_DIR
from tests.page_examples import answer_of, examples_of
from wallet.actions import add_service, grant_credits, open_wallet
from wallet.models import GrantSource


@pytest.mark.django_db(transaction=True)
def test_every_example_is_answered_as_the_page_says(
    live_server: LiveServer, customer: User
) -> None:
    add_service(slug="workflow-run", name="Runs", unit="run", credits_per_unit=Decimal(1))
    wallet = open_wallet(customer=customer)
    grant_credits(
        wallet=wallet,
        credits=Decimal(100),
        source=GrantSource.PROMOTION,
        idempotency_key="page",
        actor=Actor.system("test"),
    )
    _, key = create_api_key(customer=None, name="page", scopes=Scope.values)
    known = {"KEY": key, "WALLET": str(wallet.pk)}
    for status, code, command in examples_of((BASE_DIR / "docs/ledger.md").read_text()):
        found, answer = answer_of(Template(command).substitute(known), live_server.url)
        assert (found, answer.get("code", "")) == (status, code), command
        if command.split()[2].endswith("/holds"):
            known["HOLD"] = str(answer["id"])
        elif command.split()[2].endswith("/spends") and found == 201:
            known["SPEND"] = str(answer["id"])
