"""Operators: how they come in, and what only superusers decide."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from creditsite.accounts.models import User
from creditsite.tests.people import PASSWORD


@pytest.fixture
def clerk(db: None) -> User:
    """Return an operator who may change log-ins and is no superuser."""
    clerk = User.objects.create_user("clerk@example.com", PASSWORD, is_staff=True)
    rights = Permission.objects.filter(codename__in=("view_user", "change_user"))
    clerk.user_permissions.set(rights)
    return clerk


def change_page(user: User) -> str:
    return reverse("admin:accounts_user_change", args=[user.pk])


def test_operators_log_in_where_customers_do_and_come_back(client: Client, db: None) -> None:
    asked = client.get(reverse("admin:index"), follow=True)
    assert asked.request["PATH_INFO"] == reverse("account_login")
    assert (
        client.post(reverse("admin:login"), {"username": "a", "password": "b"}).status_code == 302
    )


def test_tries_are_limited_for_an_account(client: Client, operator: User) -> None:
    cache.clear()
    wrong = {"login": operator.email, "password": "wrong"}
    for _ in range(10):
        client.post(reverse("account_login"), wrong)
    refused = client.post(reverse("account_login"), wrong | {"password": PASSWORD})
    assert refused.status_code == 200
    assert refused.context["form"].errors
    cache.clear()


def test_counts_of_tries_outlast_tries_under_many_other_names(
    client: Client, operator: User
) -> None:
    cache.clear()
    wrong = {"login": operator.email, "password": "wrong"}
    for _ in range(10):
        client.post(reverse("account_login"), wrong)
    for number in range(400):
        cache.set(f"tries-of-{number}", [], timeout=300)
    refused = client.post(reverse("account_login"), wrong | {"password": PASSWORD})
    assert refused.status_code == 200
    cache.clear()


def test_an_operator_without_a_wallet_lands_in_the_admin(client: Client, operator: User) -> None:
    client.force_login(operator)
    assert client.get(reverse("wallet:overview"))["Location"] == reverse("admin:index")


def test_who_is_no_superuser_gives_nobody_rights(
    client: Client, clerk: User, customer: User, operator: User
) -> None:
    client.force_login(clerk)
    for person in (clerk, customer):
        client.post(
            change_page(person),
            {"email": person.email, "is_active": "on", "is_staff": "on", "is_superuser": "on"},
        )
        person.refresh_from_db()
        assert not person.is_superuser
    assert not customer.is_staff
    assert client.post(change_page(operator), {"is_active": ""}).status_code == 403
    password = reverse("admin:auth_user_password_change", args=[operator.pk])
    assert client.post(password, {"password1": "x", "password2": "x"}).status_code == 403


def test_an_address_is_not_changed_behind_its_owners_back(
    client: Client, operator: User, customer: User
) -> None:
    client.force_login(operator)
    client.post(change_page(customer), {"email": "other@example.com", "is_active": "on"})
    customer.refresh_from_db()
    assert customer.email == "customer@example.com"


def test_links_in_mails_have_the_sites_own_address(client: Client, customer: User) -> None:
    client.post(
        reverse("account_reset_password"),
        {"email": customer.email},
        headers={"Host": "localhost:6666"},
    )
    assert "http://localhost:8000/account/password/reset/key/" in str(mail.outbox[-1].body)
    assert "6666/account/password/reset/key" not in str(mail.outbox[-1].body)
