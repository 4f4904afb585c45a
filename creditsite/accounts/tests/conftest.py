"""What the tests about second factors start from."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.core.cache import cache
from pytest_django import Settings

from creditsite.accounts.models import User
from creditsite.accounts.tests.factors import START, Browser


@pytest.fixture
def factor_required(settings: Settings) -> None:
    """Switch on what tests do without: operators come in with a second factor only."""
    settings.STAFF_MFA_REQUIRED = True


@pytest.fixture
def moment(db: None) -> Iterator[time_machine.Traveller]:
    """Stand still at the beginning of a code, with no tries counted."""
    cache.clear()
    with time_machine.travel(START, tick=False) as standing:
        yield standing
    cache.clear()


@pytest.fixture
def own_browser(factor_required: None, moment: time_machine.Traveller, operator: User) -> Browser:
    """Return an operator's browser, in which an authenticator app was set up."""
    browser = Browser(operator)
    browser.log_in()
    browser.set_up()
    moment.shift(30)
    return browser
