"""Sign-up to first page: by e-mail, confirmed, without reading anything."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from creditsite.accounts.models import User
from creditsite.tests.people import PASSWORD


def sign_up(client: Client, email: str) -> None:
    answer = client.post(
        reverse("account_signup"),
        {"email": email, "password1": PASSWORD, "password2": PASSWORD},
    )
    assert answer.status_code == 302


def confirmation_path() -> str:
    found = re.search(
        r"https?://[^/\s]+(/account/confirm-email/\S+?/)\s", str(mail.outbox[-1].body)
    )
    assert found
    return found[1]


def test_a_newcomer_confirms_the_address_and_lands_in_the_wallet(client: Client, db: None) -> None:
    sign_up(client, "New@Example.com")
    assert client.get(reverse("wallet:overview")).status_code == 302
    assert mail.outbox[-1].to == ["new@example.com"]
    path = confirmation_path()
    assert client.get(path).status_code == 200
    landed = client.post(path, follow=True)
    assert landed.request["PATH_INFO"] == reverse("wallet:overview")
    assert landed.status_code == 200
    assert User.objects.get().wallet.balance == 0


def test_nobody_learns_whether_an_address_has_an_account(client: Client, customer: User) -> None:
    sign_up(client, customer.email)
    assert User.objects.count() == 1
    assert mail.outbox[-1].to == [customer.email]
    assert "confirm-email" not in str(mail.outbox[-1].body)


@pytest.mark.parametrize(
    ("email", "password", "again"),
    [
        ("no address", PASSWORD, PASSWORD),
        ("a@example.com", "short", "short"),
        ("a@example.com", PASSWORD, PASSWORD + "x"),
        ("a@example.com", "12345678901", "12345678901"),
    ],
)
def test_a_bad_form_is_explained_and_makes_no_account(
    client: Client, db: None, email: str, password: str, again: str
) -> None:
    answer = client.post(
        reverse("account_signup"), {"email": email, "password1": password, "password2": again}
    )
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert not User.objects.exists()


def test_a_customer_logs_in_by_address_whatever_its_case(client: Client, customer: User) -> None:
    answer = client.post(
        reverse("account_login"), {"login": customer.email.upper(), "password": PASSWORD}
    )
    assert answer.status_code == 302
    assert client.get(reverse("wallet:overview")).status_code == 200


@pytest.mark.parametrize(
    "name",
    ["account_login", "account_signup", "account_reset_password", "account_reset_password_done"],
)
def test_the_pages_before_log_in_render(client: Client, db: None, name: str) -> None:
    assert client.get(reverse(name)).status_code == 200


@pytest.mark.parametrize("name", ["account_email", "account_change_password", "account_logout"])
def test_the_pages_about_the_account_render(client: Client, customer: User, name: str) -> None:
    client.force_login(customer)
    assert client.get(reverse(name)).status_code == 200


def test_the_database_keeps_addresses_in_lower_case(db: None) -> None:
    with pytest.raises(IntegrityError, match="user_email_lower_case"), transaction.atomic():
        User.objects.bulk_create([User(email="Upper@example.com")])


def test_a_site_that_sends_no_mails_says_where_they_are(
    client: Client, settings: Settings, tmp_path: Path
) -> None:
    page, kept = reverse("account_email_verification_sent"), b"keeps them as files in"
    assert kept not in client.get(page).content
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path
    assert str(tmp_path).encode() in client.get(page).content
    settings.STRIPE_LIVE_MODE = True
    assert kept not in client.get(page).content
