"""API keys: shown once, revoked for good, nobody else's."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from creditsite.accounts.actions import create_api_key, mark_api_key_used, revoke_api_key
from creditsite.accounts.models import ApiKey, AuditEntry, Scope, User

KEYS = "accounts:api_keys"


def test_a_key_is_shown_once_and_only_its_hash_is_kept(client: Client, customer: User) -> None:
    client.force_login(customer)
    made = client.post(reverse(KEYS), {"name": "script", "scopes": ["usage:write"]})
    text = made.context["new_key"]
    key = ApiKey.objects.get(customer=customer)
    assert text.startswith(f"{key.prefix}.")
    assert text in made.content.decode()
    assert text not in client.get(reverse(KEYS)).content.decode()
    assert text.partition(".")[2] not in str(vars(key))
    assert key.opens_with(text)
    assert not key.opens_with(text[:-1])


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"name": "x"},
        {"name": "", "scopes": ["usage:write"]},
        {"name": "x", "scopes": ["admin"]},
        {"name": "x" * 51, "scopes": ["usage:write"]},
    ],
)
def test_a_bad_form_makes_no_key(client: Client, customer: User, form: dict[str, object]) -> None:
    client.force_login(customer)
    answer = client.post(reverse(KEYS), form)
    assert answer.context["form"].errors
    assert not ApiKey.objects.exists()


def test_revoking_asks_first_and_cannot_be_undone(client: Client, customer: User) -> None:
    key, text = create_api_key(customer=customer, name="k", scopes=Scope.values)
    client.force_login(customer)
    page = reverse("accounts:api_key_revoke", args=[key.prefix])
    assert client.get(page).status_code == 200
    key.refresh_from_db()
    assert key.opens_with(text)
    assert client.post(page).status_code == 302
    key.refresh_from_db()
    first = key.revoked_at
    assert first and not key.opens_with(text)
    revoke_api_key(key=key)
    key.refresh_from_db()
    assert key.revoked_at == first


def test_a_strangers_key_is_not_found(client: Client, customer: User, stranger: User) -> None:
    key, _ = create_api_key(customer=customer, name="k", scopes=Scope.values)
    client.force_login(stranger)
    page = reverse("accounts:api_key_revoke", args=[key.prefix])
    assert client.get(page).status_code == client.post(page).status_code == 404
    key.refresh_from_db()
    assert key.revoked_at is None
    assert client.get(reverse(KEYS)).context["keys"] == []


def test_use_is_noted_to_the_minute(customer: User) -> None:
    key, _ = create_api_key(customer=customer, name="k", scopes=Scope.values)
    mark_api_key_used(key=key)
    key.refresh_from_db()
    first = key.last_used_at
    assert first
    mark_api_key_used(key=key)
    key.refresh_from_db()
    assert key.last_used_at == first


def test_operators_make_platform_keys_and_see_them_once(client: Client, operator: User) -> None:
    client.force_login(operator)
    made = client.post(
        reverse("admin:accounts_apikey_add"),
        {"name": "platform", "customer": "", "scopes": ["usage:write"]},
        follow=True,
    )
    key = ApiKey.objects.get()
    assert key.is_platform_key
    assert f"{key.prefix}." in made.content.decode()
    logged = AuditEntry.objects.get()
    assert (logged.user, logged.object_id) == (operator, str(key.pk))
    assert logged.get_change_message() == "Made for the platform. It may: usage:write."


def revoke_in_admin(client: Client, *keys: int, **asked: str) -> Any:
    """Choose keys in the operators' list, and to revoke them."""
    chosen = {"action": "revoke", "_selected_action": keys, **asked}
    return client.post(reverse("admin:accounts_apikey_changelist"), chosen, follow=True)


def test_operators_revoke_keys_with_a_reason_that_is_logged_for_each(
    client: Client, operator: User, customer: User
) -> None:
    client.force_login(operator)
    mine, theirs, old = (
        create_api_key(customer=whose, name="k", scopes=Scope.values)[0]
        for whose in (None, customer, customer)
    )
    revoke_api_key(key=old)
    page = revoke_in_admin(client, mine.pk, theirs.pk, old.pk)
    assert page.context["keys"] == [theirs, mine]
    assert customer.email in page.content.decode()
    for nothing in ("", " ", "\u200b"):
        page = revoke_in_admin(client, mine.pk, theirs.pk, confirmed="yes", reason=nothing)
        assert page.context["form"].errors
    assert ApiKey.objects.filter(revoked_at=None).count() == 2
    done = revoke_in_admin(
        client, mine.pk, theirs.pk, old.pk, confirmed="yes", reason="Found in a public repository"
    )
    assert "2 API keys revoked." in done.content.decode()
    assert not ApiKey.objects.filter(revoked_at=None).exists()
    logged = AuditEntry.objects.filter(user=operator).order_by("pk")
    assert [entry.object_id for entry in logged] == [str(theirs.pk), str(mine.pk)]
    told = {entry.get_change_message() for entry in logged}
    assert told == {"Revoked. Reason: Found in a public repository"}


def test_no_key_is_said_to_be_revoked_where_there_is_none(client: Client, operator: User) -> None:
    client.force_login(operator)
    old, _ = create_api_key(customer=None, name="k", scopes=Scope.values)
    revoke_api_key(key=old)
    for key in (old.pk, old.pk + 1):
        for asked in ({}, {"confirmed": "yes", "reason": "Found"}):
            answer = revoke_in_admin(client, key, **asked).content.decode()
            assert "No key was revoked" in answer
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize(
    ("constraint", "columns"),
    [("api_key_scopes_known", {"scopes": ["all"]}), ("api_key_has_name", {"name": ""})],
)
def test_the_database_refuses_odd_keys(
    customer: User, constraint: str, columns: dict[str, object]
) -> None:
    fields = {"name": "k", "prefix": "ck_1", "secret_hash": "x", "scopes": []}
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        ApiKey.objects.create(customer=customer, **(fields | columns))
