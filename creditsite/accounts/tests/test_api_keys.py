"""API keys: shown once, revoked for good, nobody else's."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from creditsite.accounts.actions import create_api_key, mark_api_key_used, revoke_api_key
from creditsite.accounts.models import ApiKey, Scope, User

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
    revoked = client.post(
        reverse("admin:accounts_apikey_changelist"),
        {"action": "revoke", "_selected_action": [key.pk]},
        follow=True,
    )
    assert revoked.status_code == 200
    key.refresh_from_db()
    assert key.revoked_at


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
