"""The examples of docs/sandbox.md, run as they stand there, in their order."""

from __future__ import annotations

import secrets
from string import Template

from creditsite.settings.environment import BASE_DIR
from creditsite.tests.sandbox_fixtures import StripeSandbox
from tests.page_examples import answer_of, examples_of

# What the answer to an example is called in those that follow.
NAMES = {
    "price": "PRICE",
    "checkout.session": "SESSION",
    "test_helpers.test_clock": "CLOCK",
    "customer": "CUSTOMER",
}


def test_every_example_is_answered_as_the_page_says(stripe_sandbox: StripeSandbox) -> None:
    known = {"KEY": f"sk_test_{secrets.token_hex(16)}"}
    for status, _, command in examples_of((BASE_DIR / "docs/sandbox.md").read_text()):
        found, answer = answer_of(Template(command).substitute(known), stripe_sandbox.url)
        assert found == status, (command, answer)
        if answer.get("object") in NAMES:
            known[NAMES[answer["object"]]] = answer["id"]
