"""Fixtures: a running sandbox, a shop with an account of its own, a webhook address."""

from collections.abc import Iterator

import pytest

from stripe_sandbox.tests import openapi
from stripe_sandbox.tests.program import Program
from stripe_sandbox.tests.receiver import Receiver
from stripe_sandbox.tests.shop import Shop


@pytest.fixture(scope="session")
def sandbox_url() -> Iterator[str]:
    """One program for all tests of a worker; every test has its own account in it."""
    program = Program("--charge-updated-delay", "0.05", "--retry-delays", "0.05,0.1,0.2")
    yield program.url
    program.stop()


@pytest.fixture(scope="session")
def needs_schema() -> None:
    """Skip where Stripe's document is not at hand."""
    if not openapi.is_present():
        pytest.skip(f"Stripe's OpenAPI document is not at {openapi.DOCUMENT}; see STRIPE_OPENAPI")


@pytest.fixture
def shop(sandbox_url: str) -> Iterator[Shop]:
    """A shop; at the end all that it was answered is held against the schema, if at hand."""
    own = Shop(sandbox_url)
    yield own
    if openapi.is_present():
        own.check()
    own.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A webhook address."""
    listening = Receiver()
    yield listening
    listening.close()
