"""Codes: each once, few tries, no session keeps its key; their secrets are not in the clear."""

from __future__ import annotations

import json
import string
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import Client
from pytest_django import Settings

from creditsite.accounts.actions import encrypt_factors_anew
from creditsite.accounts.models import User
from creditsite.accounts.tests.factors import (
    AGAIN,
    AT_LOG_IN,
    CODES,
    SET_UP,
    Browser,
    is_at,
)
from creditsite.tests.codes import code_of

MAKE_ANEW = "/account/two-factor/recovery-codes/generate/"
DOWNLOAD = "/account/two-factor/recovery-codes/download/"


def second_browser(own: Browser) -> Browser:
    """Return another browser of the same person, at the question for the code."""
    other = Browser(own.person)
    other.key = own.key
    assert is_at(other.log_in(), AT_LOG_IN)
    return other


@pytest.mark.parametrize("seconds", [0, 29, 30, 59])
def test_a_code_is_good_once_however_long_it_is_good(
    own_browser: Browser, moment: time_machine.Traveller, seconds: int
) -> None:
    code = code_of(own_browser.key)
    assert not is_at(second_browser(own_browser).give_code(AT_LOG_IN, code), AT_LOG_IN)
    moment.shift(seconds)
    again = second_browser(own_browser).give_code(AT_LOG_IN, f"{code[:3]} {code[3:]}")
    assert is_at(again, AT_LOG_IN)
    assert "Incorrect code" in again.content.decode()


def test_a_code_typed_in_many_browsers_at_once_opens_one(
    transactional_db: None, own_browser: Browser
) -> None:
    browsers = [second_browser(own_browser) for _ in range(4)]
    code = code_of(own_browser.key)

    def type_it(browser: Browser) -> bool:
        try:
            return not is_at(browser.give_code(AT_LOG_IN, code), AT_LOG_IN)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(browsers)) as threads:
        assert sum(threads.map(type_it, browsers)) == 1


def test_the_code_that_set_up_the_app_is_used_up(
    factor_required: None, moment: time_machine.Traveller, operator: User
) -> None:
    browser = Browser(operator)
    browser.log_in()
    browser.set_up()
    assert is_at(second_browser(browser).give_code(AT_LOG_IN), AT_LOG_IN)


@pytest.mark.parametrize(
    ("steps", "good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_a_clock_may_be_one_step_off(
    own_browser: Browser, moment: time_machine.Traveller, steps: int, good: bool
) -> None:
    moment.shift(60)
    other = second_browser(own_browser)
    answer = other.give_code(AT_LOG_IN, code_of(other.key, at=time.time() + 30 * steps))
    assert is_at(answer, AT_LOG_IN) != good


def test_ten_wrong_codes_close_the_question_for_a_while(
    own_browser: Browser, moment: time_machine.Traveller
) -> None:
    other = second_browser(own_browser)
    for _ in range(10):
        assert is_at(other.give_code(AT_LOG_IN, "000000"), AT_LOG_IN)
    assert is_at(other.give_code(AT_LOG_IN), AT_LOG_IN)
    moment.shift(301)
    assert not is_at(other.give_code(AT_LOG_IN), AT_LOG_IN)


def test_fifty_wrong_codes_close_it_for_a_day(
    own_browser: Browser, moment: time_machine.Traveller
) -> None:
    for _ in range(5):
        other = second_browser(own_browser)
        for _ in range(10):
            other.give_code(AT_LOG_IN, "000000")
        moment.shift(301)
    assert is_at(second_browser(own_browser).give_code(AT_LOG_IN), AT_LOG_IN)
    moment.shift(24 * 3600)
    assert not is_at(second_browser(own_browser).give_code(AT_LOG_IN), AT_LOG_IN)


def test_wrong_codes_while_setting_up_are_counted_too(
    factor_required: None, moment: time_machine.Traveller, operator: User
) -> None:
    browser = Browser(operator)
    browser.log_in()
    browser.confirm_password()
    key = browser.client.get(SET_UP).context["form"].secret
    for _ in range(10):
        browser.client.post(SET_UP, {"code": "000000"})
    browser.client.post(SET_UP, {"code": code_of(key)})
    assert not Authenticator.objects.exists()


def test_a_recovery_code_is_good_once_and_new_ones_replace_the_rest(own_browser: Browser) -> None:
    codes = own_browser.recovery_codes()
    assert len(codes) == len(set(codes)) == 10
    other = second_browser(own_browser)
    other.give_code(AT_LOG_IN, codes[0])
    assert other.is_in_admin()
    assert is_at(second_browser(own_browser).give_code(AT_LOG_IN, codes[0]), AT_LOG_IN)
    assert own_browser.client.get(DOWNLOAD).content.decode().split() == codes[1:]
    own_browser.client.post(MAKE_ANEW)
    assert not set(own_browser.recovery_codes()) & set(codes)
    assert is_at(second_browser(own_browser).give_code(AT_LOG_IN, codes[1]), AT_LOG_IN)


def test_showing_codes_asks_once_more_after_a_while(
    own_browser: Browser, moment: time_machine.Traveller
) -> None:
    for page in (CODES, DOWNLOAD, MAKE_ANEW):
        assert own_browser.client.get(page).status_code == 200
        moment.shift(600)
        assert is_at(own_browser.client.get(page, follow=True), AGAIN)
        own_browser.give_code(AGAIN)


def test_a_session_that_rises_gets_another_key(
    factor_required: None, moment: time_machine.Traveller, operator: User
) -> None:
    browser = Browser(operator)
    browser.log_in()
    keys = [browser.client.session.session_key]
    browser.set_up()
    keys.append(browser.client.session.session_key)
    moment.shift(30)
    browser.give_code(AGAIN)
    keys.append(browser.client.session.session_key)
    other = second_browser(browser)
    keys.append(other.client.session.session_key)
    moment.shift(30)
    other.give_code(AT_LOG_IN)
    keys.append(other.client.session.session_key)
    assert len(set(keys)) == 5
    thief = Client()
    for key in keys[:2]:
        thief.cookies["sessionid"] = key or ""
        assert thief.get("/admin/")["Location"].startswith("/admin/login/")


def test_secrets_are_not_in_the_clear(own_browser: Browser) -> None:
    kept = json.dumps([factor.data for factor in Authenticator.objects.all()])
    assert len(kept) > 200
    assert own_browser.key not in kept
    assert not [code for code in own_browser.recovery_codes() if code in kept]


def test_a_changed_secret_key_needs_the_earlier_one_until_factors_are_encrypted_anew(
    own_browser: Browser, settings: Settings
) -> None:
    earlier = settings.SECRET_KEY
    settings.SECRET_KEY = string.ascii_letters
    other = second_browser(own_browser)
    lost = other.give_code(AT_LOG_IN)
    assert lost.status_code == 503
    assert "reset it" in lost.content.decode()
    with pytest.raises(CommandError, match="a key that is not set"):
        call_command("encrypt_factors")
    settings.SECRET_KEY_FALLBACKS = [earlier]
    assert encrypt_factors_anew() == 2
    settings.SECRET_KEY_FALLBACKS = []
    assert not is_at(second_browser(own_browser).give_code(AT_LOG_IN), AT_LOG_IN)
