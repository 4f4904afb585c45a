"""What the browser tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from playwright.sync_api import Browser, Page
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from billing.tests.stripe_account import StripeAccount
from creditsite.tests.sandbox_fixtures import StripeSandbox
from tests.e2e.site import Site


@pytest.fixture
def site(live_server: LiveServer, stripe_sandbox: StripeSandbox, settings: Settings) -> Site:
    """Return a running site whose Stripe is an empty account of the sandbox."""
    settings.SITE_URL = live_server.url
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    settings.CONTENT_SECURITY_POLICY = {
        "DIRECTIVES": directives | {"form-action": ["'self'", stripe_sandbox.url]}
    }
    StripeAccount(stripe_sandbox.url, settings.STRIPE_SECRET_KEY).reset()
    call_command("setup_stripe", base_url=live_server.url, verbosity=0)
    return Site(live_server.url, stripe_sandbox.url)


@pytest.fixture
def plain_page(browser: Browser) -> Iterator[Page]:
    """Return a page of a browser in which JavaScript is switched off."""
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


@pytest.fixture(params=[(390, "light"), (390, "dark"), (1280, "light"), (1280, "dark")])
def page_in_every_look(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Return a page on a phone and on a desk, in light and in dark."""
    width, theme = request.param
    context = browser.new_context(
        color_scheme=theme, viewport={"width": width, "height": 800}, bypass_csp=True
    )
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()
