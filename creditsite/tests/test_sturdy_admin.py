"""Nonsense in an address or a form of the operators' admin is answered, and is no error."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from django.contrib import admin as django_admin
from django.contrib.auth.models import Group
from django.contrib.messages import get_messages
from django.test import Client

from creditsite.accounts.models import ApiKey, User
from creditsite.kernel.admin import SturdyAdmin

GRANTS, JOBS = "/admin/wallet/grant/", "/admin/procrastinate/procrastinatejob/"
KEYS, PROMOTIONS = "/admin/accounts/apikey/", "/admin/billing/promotion/"


@pytest.fixture
def admin(client: Client, operator: User) -> Client:
    client.force_login(operator)
    return client


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("address", "asked"),
    [
        (GRANTS, {"created_at__year": "99999"}),
        (GRANTS, {"created_at__year": "9" * 30}),
        (GRANTS, {"created_at__year": "99999", "q": "customer@"}),
        (GRANTS, {"created_at__gte": "2026-11-29T10:50:00+23:59"}),
        (GRANTS, {"source__exact": "\0"}),
        (PROMOTIONS, {"applies_to__exact": "\0"}),
        # Of a package's own.
        (JOBS, {"status__exact": "no such status"}),
    ],
)
def test_a_filter_that_no_column_can_hold_shows_all_rows(
    admin: Client, address: str, asked: dict[str, str]
) -> None:
    answer = admin.get(f"{address}?{urlencode(asked)}", follow=True)
    assert answer.redirect_chain == [(f"{address}?e=1", 302)]
    assert answer.status_code == 200
    assert answer.context["cl"].result_count == 0


@pytest.mark.parametrize(
    ("address", "action"),
    [
        (KEYS, "revoke"),
        ("/admin/billing/stripeevent/", "replay_selected"),
        ("/admin/auth/group/", "delete_selected"),
        (JOBS, "cancel"),
    ],
)
@pytest.mark.parametrize("selected", ["x", "\0", "9" * 30])
def test_a_row_that_can_not_be_is_not_acted_on(
    admin: Client, address: str, action: str, selected: str
) -> None:
    answer = admin.post(address, {"action": action, "_selected_action": [selected]})
    assert [str(message) for message in get_messages(answer.wsgi_request)] == [
        "The list has no such rows. Nothing was done."
    ]
    assert answer.status_code == 302
    assert Group.objects.exists()


@pytest.mark.parametrize("customer", ["abc", "\0", "9" * 30, "-1"])
def test_a_key_is_made_for_nobody_who_can_not_be(admin: Client, customer: str) -> None:
    asked = {"name": "script", "customer": customer, "scopes": ["usage:write"]}
    answer = admin.post(f"{KEYS}add/", asked)
    assert "customer" in answer.context["adminform"].form.errors
    assert not ApiKey.objects.exists()


def test_a_promotion_is_for_nobody_who_can_not_be(admin: Client) -> None:
    answer = admin.post(f"{PROMOTIONS}add/", {"customers": ["abc", "1"]})
    assert "customers" in answer.context["adminform"].form.errors


def test_every_admin_is_sturdy() -> None:
    assert all(isinstance(each, SturdyAdmin) for each in django_admin.site._registry.values())
