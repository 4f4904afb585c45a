"""The examples of docs/ledger.md, run as they stand there, in their order."""

from __future__ import annotations

import json
import re
import shlex
import urllib.error
import urllib.request
from decimal import Decimal
from string import Template
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from creditsite.accounts.actions import create_api_key
from creditsite.accounts.models import Scope, User
from creditsite.kernel.actor import Actor
from creditsite.settings.environment import BASE_DIR
from wallet.actions import add_service, grant_credits, open_wallet
from wallet.models import GrantSource

# A comment with the status (and the problem's code) that the command under it is answered.
EXAMPLE = re.compile(r"^# (\d{3})(?: (\w+))?\n(curl (?:[^\n]|\n(?![#`]))*)", re.MULTILINE)


def answer_of(command: str, site: str) -> tuple[int, dict[str, Any]]:
    """Send what a curl command would send."""
    words = shlex.split(command.replace("\\\n", " "))
    options = {"-H": [], "-d": [], "-X": []}  # type: dict[str, list[str]]
    address = ""
    rest = iter(words[1:])
    for word in rest:
        if word in options:
            options[word].append(next(rest))
        elif word != "-s":
            address = word.replace("localhost:8000", site)
    body = options["-d"][0].encode() if options["-d"] else None
    request = urllib.request.Request(
        address,
        data=body if body is not None else b"" if options["-X"] else None,
        headers=dict(header.split(": ", 1) for header in options["-H"]),
        method=options["-X"][0] if options["-X"] else None,
    )
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refusal:
        return refusal.code, json.load(refusal)


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
    page = (BASE_DIR / "docs/ledger.md").read_text()
    examples = EXAMPLE.findall(page)
    assert len(examples) == page.count("\ncurl ") >= 9
    for status, code, command in examples:
        found, answer = answer_of(Template(command).substitute(known), live_server.url)
        assert (found, answer.get("code", "")) == (int(status), code), command
        if command.split()[2].endswith("/holds"):
            known["HOLD"] = str(answer["id"])
        elif command.split()[2].endswith("/spends") and found == 201:
            known["SPEND"] = str(answer["id"])
