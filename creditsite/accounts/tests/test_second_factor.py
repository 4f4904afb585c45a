"""Operators come in with a second factor only; customers may have one."""

from __future__ import annotations

import time_machine
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from creditsite.accounts.actions import create_api_key
from creditsite.accounts.models import Scope, User
from creditsite.accounts.tests.factors import (
    ADMIN,
    AGAIN,
    AT_LOG_IN,
    CODES,
    SET_UP,
    WHY,
    Browser,
    is_at,
)
from creditsite.tests.codes import code_of
from creditsite.tests.people import PASSWORD, make_operator

WANTED = "/admin/wallet/wallet/?status=paused"


def test_an_operator_without_a_factor_is_told_why_and_comes_back_once_it_is_set_up(
    factor_required: None, moment: time_machine.Traveller, operator: User
) -> None:
    browser = Browser(operator)
    why = browser.log_in(then=WANTED)
    assert is_at(why, WHY)
    assert "A password alone does not open it" in why.content.decode()
    shown = browser.set_up()
    assert is_at(shown, CODES)
    assert WHY in shown.content.decode()
    assert browser.client.get(WHY)["Location"] == WANTED
    assert browser.client.get(WANTED).status_code == 200


def test_what_was_sent_is_not_done_without_the_factor(
    factor_required: None, client: Client, operator: User, customer: User
) -> None:
    client.force_login(operator)
    page = reverse("admin:accounts_user_change", args=[customer.pk])
    answer = client.post(page, {"is_active": ""})
    assert answer["Location"] == WHY
    customer.refresh_from_db()
    assert customer.is_active


def test_a_log_in_asks_for_a_code_and_goes_on_to_what_was_wanted(own_browser: Browser) -> None:
    other = Browser(own_browser.person)
    other.key = own_browser.key
    assert is_at(other.log_in(then=WANTED), AT_LOG_IN)
    assert not other.is_in_admin()
    assert not is_at(other.give_code(AT_LOG_IN, "000000"), "/admin/wallet/wallet/")
    assert is_at(other.give_code(AT_LOG_IN), "/admin/wallet/wallet/")
    assert other.is_in_admin()


def test_a_session_from_before_the_factor_is_asked_for_it(
    factor_required: None, moment: time_machine.Traveller, operator: User
) -> None:
    earlier, own = Browser(operator), Browser(operator)
    earlier.log_in()
    own.log_in()
    own.set_up()
    moment.shift(30)
    assert not earlier.is_in_admin()
    earlier.client.post(AGAIN, {"code": "000000"})
    assert not earlier.is_in_admin()
    assert is_at(earlier.client.get(WANTED, follow=True), AGAIN)
    answer = earlier.client.post(AGAIN, {"code": code_of(own.key), "next": WHY}, follow=True)
    assert is_at(answer, "/admin/wallet/wallet/")
    assert own.is_in_admin()


def test_a_customer_who_becomes_an_operator_gets_in_with_the_factor_only(
    factor_required: None, moment: time_machine.Traveller, customer: User
) -> None:
    browser = Browser(customer)
    assert is_at(browser.log_in(), "/wallet/")
    User.objects.filter(pk=customer.pk).update(is_staff=True, is_superuser=True)
    assert not browser.is_in_admin()
    browser.set_up()
    assert browser.is_in_admin()


def test_a_password_in_an_earlier_session_does_not_show_the_recovery_codes(
    factor_required: None, moment: time_machine.Traveller, operator: User
) -> None:
    earlier, own = Browser(operator), Browser(operator)
    earlier.log_in()
    own.log_in()
    own.set_up()
    earlier.confirm_password()
    assert is_at(earlier.client.get(CODES, follow=True), AGAIN)
    assert own.client.get(CODES).status_code == 200


def test_whoever_removes_the_factor_is_outside_at_once_in_every_session(
    own_browser: Browser, moment: time_machine.Traveller
) -> None:
    other = Browser(own_browser.person)
    other.key = own_browser.key
    other.log_in()
    other.give_code(AT_LOG_IN)
    assert own_browser.is_in_admin() and other.is_in_admin()
    moment.shift(30)
    own_browser.remove()
    assert not own_browser.is_in_admin()
    assert not other.is_in_admin()
    own_browser.set_up()
    assert own_browser.is_in_admin()
    assert not other.is_in_admin()


def test_a_factor_of_somebody_else_opens_nothing(own_browser: Browser) -> None:
    colleague = Browser(make_operator("colleague@example.com"))
    colleague.log_in()
    session = colleague.client.session
    session["account_authentication_methods"] = own_browser.client.session[
        "account_authentication_methods"
    ]
    session.save()
    assert not colleague.is_in_admin()


def test_whoever_wants_to_leave_may(factor_required: None, client: Client, operator: User) -> None:
    client.force_login(operator)
    client.post(reverse("admin:logout"))
    assert "_auth_user_id" not in client.session


def test_customers_come_in_without_and_are_sent_to_their_own_page(
    factor_required: None, client: Client, customer: User
) -> None:
    client.force_login(customer)
    assert client.get(reverse("wallet:overview")).status_code == 200
    assert client.get(WHY)["Location"] == reverse("mfa_index")
    assert client.get(ADMIN)["Location"].startswith("/admin/login/")


def test_a_customer_with_a_factor_is_asked_for_it(
    factor_required: None, moment: time_machine.Traveller, customer: User
) -> None:
    browser = Browser(customer)
    browser.log_in()
    browser.set_up()
    moment.shift(30)
    browser.client.logout()
    assert is_at(browser.log_in(), AT_LOG_IN)
    assert is_at(browser.give_code(AT_LOG_IN), "/wallet/")


def test_without_the_rule_a_password_is_enough(
    settings: Settings, client: Client, operator: User
) -> None:
    settings.STAFF_MFA_REQUIRED = False
    form = {"login": operator.email, "password": PASSWORD}
    assert is_at(client.post(reverse("account_login"), form, follow=True), ADMIN)
    assert client.get(WHY)["Location"] == ADMIN


def test_a_session_of_an_operator_does_not_open_the_api_but_a_key_does(
    factor_required: None, client: Client, operator: User, customer: User
) -> None:
    client.force_login(operator)
    refused = client.get("/api/v1/wallet")
    assert refused.status_code == 403
    assert refused.json()["code"] == "second_factor_required"
    assert refused.json()["next_step"]["url"].endswith(WHY)
    odd = client.get("/api/v1/wallet", headers={"Authorization": "Basic eDp4"})
    assert odd.json()["code"] == "second_factor_required"
    _, key = create_api_key(customer=customer, name="script", scopes=Scope.values)
    by_key = client.get("/api/v1/wallet", headers={"Authorization": f"Bearer {key}"})
    assert by_key.status_code == 200


def test_an_operator_with_the_factor_uses_the_api_by_session(own_browser: Browser) -> None:
    answer = own_browser.client.post("/api/v1/disputes/1/take")
    assert answer.json()["code"] == "dispute_not_found"


def test_an_unconfirmed_address_is_confirmed_first(
    factor_required: None, moment: time_machine.Traveller, operator: User
) -> None:
    browser = Browser(operator)
    browser.log_in()
    EmailAddress.objects.create(user=operator, email="new@example.com", verified=False)
    answer = browser.client.get(SET_UP, follow=True)
    assert is_at(answer, reverse("mfa_index"))
    assert "that are not verified" in answer.content.decode()


def test_no_address_is_added_behind_the_factor(own_browser: Browser) -> None:
    form = {"email": "new@example.com", "action_add": ""}
    answer = own_browser.client.post(reverse("account_email"), form)
    assert "Remove the authenticator app" in answer.content.decode()
    assert not EmailAddress.objects.filter(email="new@example.com").exists()
