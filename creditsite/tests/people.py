"""The people of the tests, named by their role."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from creditsite.accounts.models import User

PASSWORD = "correct horse battery staple"


def make_customer(email: str) -> User:
    """Make a customer as sign-up leaves one: address confirmed, wallet open."""
    from allauth.account.models import EmailAddress

    from creditsite.accounts.models import User
    from wallet.actions import open_wallet

    user = User.objects.create_user(email, PASSWORD)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    open_wallet(customer=user)
    return user


def make_operator(email: str) -> User:
    """Make an operator who may do everything in the admin."""
    from allauth.account.models import EmailAddress

    from creditsite.accounts.models import User

    user = User.objects.create_superuser(email, PASSWORD)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def make_in_role(email: str, role: str) -> User:
    """Make an operator in one of the roles of the product's own."""
    from django.contrib.auth.models import Group

    person = make_customer(email)
    person.is_staff = True
    person.save()
    person.groups.add(Group.objects.get(name=role))
    return person


@pytest.fixture
def customer(db: None) -> User:
    """Return the customer whose things a test is about."""
    return make_customer("customer@example.com")


@pytest.fixture
def stranger(db: None) -> User:
    """Return another customer, for whom the first one's things must not exist."""
    return make_customer("stranger@example.com")


@pytest.fixture
def operator(db: None) -> User:
    """Return an operator of the site."""
    return make_operator("operator@example.com")
