"""The Stripe sandbox as a process of its own, as in `make run`."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import stripe
from pytest_django import Settings

from creditsite.tests.stripe_requests import RequestWatch
from stripe_sandbox.tests.program import Program

BASE_DIR = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class StripeSandbox:
    """A running sandbox. Tests keep apart by using an API key of their own each."""

    url: str


def free_port() -> int:
    """Return a TCP port nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def watched_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RequestWatch]:
    """Start a sandbox for this test process; it ends with it."""
    state = tmp_path_factory.mktemp("stripe-sandbox") / "state.json"
    program = Program("--state", str(state))
    watch = RequestWatch(program.url)
    # As dj-stripe does from the settings, but only when it is imported.
    stripe.api_base = program.url
    try:
        yield watch
        refuse_what_stripe_does_not_know(watch)
    finally:
        program.stop()


@pytest.fixture
def stripe_sandbox(watched_sandbox: RequestWatch, settings: Settings) -> Iterator[StripeSandbox]:
    """Point the site at the sandbox; the test fails if that was asked what Stripe refuses."""
    settings.STRIPE_API_BASE = watched_sandbox.url
    yield StripeSandbox(watched_sandbox.url)
    refuse_what_stripe_does_not_know(watched_sandbox)


def refuse_what_stripe_does_not_know(watch: RequestWatch) -> None:
    """Fail the test that is running if requests since the last look are not as Stripe publishes."""
    found = watch.complaints()
    if found:
        pytest.fail("Asked of Stripe, but not as it publishes:\n" + "\n".join(found), pytrace=False)
