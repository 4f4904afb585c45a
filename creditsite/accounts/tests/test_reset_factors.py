"""A lost second factor is reset by somebody who may, with a reason; the audit log tells of all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from creditsite.accounts.actions import reset_factors
from creditsite.accounts.errors import NoFactors, ResetNotAllowed
from creditsite.accounts.models import AuditEntry, User
from creditsite.accounts.tests.factors import Browser
from creditsite.roles import SUPERVISOR, SUPPORT
from creditsite.tests.people import make_customer, make_operator
from creditsite.tests.sandbox_fixtures import free_port

Capture = Callable[..., Any]
REASON = "Phone stolen; called back on the number we know"


def in_role(role: str) -> User:
    person = make_customer(f"{role.lower()}@example.com")
    person.is_staff = True
    person.save()
    person.groups.add(Group.objects.get(name=role))
    return person


@pytest.fixture
def supervisor(db: None) -> User:
    """Return an operator who oversees others."""
    return in_role(SUPERVISOR)


@pytest.fixture
def support(moment: time_machine.Traveller) -> User:
    """Return an operator of the first level, with an authenticator app."""
    person = in_role(SUPPORT)
    browser = Browser(person)
    browser.log_in()
    browser.set_up()
    return person


def page_of(person: User) -> str:
    return reverse("admin:accounts_user_reset_factors", args=[person.pk])


def test_a_supervisor_resets_with_a_reason_that_stands_in_the_audit_log(
    client: Client,
    supervisor: User,
    support: User,
    django_capture_on_commit_callbacks: Capture,
) -> None:
    client.force_login(supervisor)
    change = reverse("admin:accounts_user_change", args=[support.pk])
    assert page_of(support) in client.get(change).content.decode()
    for nothing in (" ", "\u200b"):
        assert client.post(page_of(support), {"reason": nothing}).context["form"].errors
    assert Authenticator.objects.filter(user=support).count() == 2
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(page_of(support), {"reason": REASON})
    assert not Authenticator.objects.filter(user=support).exists()
    entry = AuditEntry.objects.get(change_message__contains=REASON)
    assert (entry.user, entry.object_id) == (supervisor, str(support.pk))
    assert [message.to for message in mail.outbox] == [[support.email]]


def test_whose_factor_was_reset_sets_up_a_new_one_and_earlier_sessions_stay_outside(
    own_browser: Browser,
) -> None:
    other = make_operator("other@example.com")
    reset_factors(person=own_browser.person, operator=other, reason=REASON)
    assert not own_browser.is_in_admin()
    again = Browser(own_browser.person)
    again.log_in()
    again.set_up()
    assert again.is_in_admin()
    assert not own_browser.is_in_admin()


def test_support_resets_nobody_and_nobody_their_own_there(
    client: Client, supervisor: User, support: User
) -> None:
    client.force_login(support)
    assert client.get(page_of(supervisor)).status_code == 403
    client.force_login(supervisor)
    assert client.post(page_of(supervisor), {"reason": REASON}).status_code == 403


def test_a_superusers_factor_is_reset_by_a_superuser_only(
    client: Client, supervisor: User, operator: User
) -> None:
    client.force_login(supervisor)
    assert client.post(page_of(operator), {"reason": REASON}).status_code == 403
    with pytest.raises(ResetNotAllowed):
        reset_factors(person=operator, operator=supervisor, reason=REASON)
    with pytest.raises(NoFactors):
        reset_factors(person=operator, operator=make_operator("b@example.com"), reason=REASON)


def test_an_operator_who_left_resets_nothing(supervisor: User, support: User) -> None:
    supervisor.is_active = False
    supervisor.save()
    with pytest.raises(ResetNotAllowed):
        reset_factors(person=support, operator=supervisor, reason=REASON)
    assert Authenticator.objects.filter(user=support).exists()


def test_the_command_resets_in_the_name_of_an_operator(
    operator: User, support: User, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CommandError, match="Nobody has the address"):
        call_command("reset_factors", support.email, by="nobody@example.com", reason=REASON)
    for nothing in (" ", "\u200b"):
        with pytest.raises(CommandError, match="Give a reason"):
            call_command("reset_factors", support.email, by=operator.email, reason=nothing)
    with pytest.raises(CommandError, match="needs the right"):
        call_command("reset_factors", operator.email, by=support.email, reason=REASON)
    call_command("reset_factors", support.email.upper(), by=operator.email, reason=REASON)
    assert "2 factors" in capsys.readouterr().out
    assert AuditEntry.objects.get(user=operator).get_change_message().endswith(REASON)


def test_what_operators_do_to_their_own_factors_is_logged_and_mailed(
    transactional_db: None,
    factor_required: None,
    moment: time_machine.Traveller,
    operator: User,
) -> None:
    browser = Browser(operator)
    browser.log_in()
    browser.set_up()
    browser.client.post(reverse("mfa_generate_recovery_codes"))
    moment.shift(30)
    browser.remove()
    told = [entry.get_change_message() for entry in AuditEntry.objects.order_by("pk")]
    assert told == [
        "Second factor added: TOTP Authenticator",
        "Second factor added: Recovery codes",
        "Second factor made anew: Recovery codes",
        "Second factor removed: TOTP Authenticator",
        "Second factor removed: Recovery codes",
    ]
    assert [message.subject for message in mail.outbox] == [
        "Two-factor log-in is on",
        "You have new recovery codes",
        "Two-factor log-in is off",
    ]


def test_customers_factors_are_not_in_the_operators_log(
    transactional_db: None, moment: time_machine.Traveller, customer: User
) -> None:
    browser = Browser(customer)
    browser.log_in()
    browser.set_up()
    assert Authenticator.objects.filter(user=customer).exists()
    assert not AuditEntry.objects.exists()


def test_a_mail_that_can_not_be_sent_stops_nothing(
    transactional_db: None, moment: time_machine.Traveller, settings: Settings, customer: User
) -> None:
    browser = Browser(customer)
    browser.log_in()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    browser.set_up()
    assert Authenticator.objects.filter(user=customer).count() == 2
