"""The wallet's part of the API, as a client sees it."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest
from django.test import Client

from creditsite.accounts.actions import create_api_key, revoke_api_key
from creditsite.accounts.models import ApiKey, Scope, User
from creditsite.kernel.idempotency import CLIENT_KEY, internal_key
from wallet.actions import open_wallet, pause_wallet
from wallet.models import LedgerEntry, Service, Wallet
from wallet.tests.conftest import ACTOR, Give, Post


def get(client: Client, path: str, api_key: str) -> Any:
    return client.get(path, headers={"Authorization": f"Bearer {api_key}"})


def test_a_spend_answers_the_entry_and_a_replay_the_same(
    wallet: Wallet, service: Service, give: Give, post_spend: Post
) -> None:
    give("10")
    body = {"service": "runs", "quantity": "3", "metadata": {"job": 7}}
    first = post_spend(body)
    assert first.status_code == 201
    entry = first.json()
    assert entry["credits"] == "-3.0000"
    assert entry["balance_after"] == "7.0000"
    assert (entry["kind"], entry["service"], entry["quantity"]) == ("spend", "runs", "3.0000")
    assert (entry["wallet"], entry["sequence"]) == (wallet.pk, 2)
    assert entry["metadata"] == {"job": 7}
    assert entry["actor"].startswith("api_key:ck_")
    assert "Idempotent-Replayed" not in first
    again = post_spend(body)
    assert again.json() == entry
    assert again["Idempotent-Replayed"] == "true"
    other = post_spend(body | {"quantity": "4"})
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")


def test_too_few_credits_is_a_402_that_says_how_to_go_on(
    service: Service, give: Give, post_spend: Post
) -> None:
    give("2")
    refusal = post_spend({"service": "runs", "quantity": 3})
    assert refusal.status_code == 402
    assert refusal["Content-Type"] == "application/problem+json"
    problem = refusal.json()
    assert problem["code"] == "insufficient_credits"
    assert (problem["available"], problem["required"]) == ("2.0000", "3.0000")
    assert problem["top_up_url"].startswith("http")


def test_a_paused_wallet_and_an_unknown_service_are_named(
    wallet: Wallet, service: Service, give: Give, post_spend: Post
) -> None:
    give("5")
    unknown = post_spend({"service": "nothing", "quantity": "1"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "service_not_found")
    pause_wallet(wallet=wallet, reason="r", actor=ACTOR)
    paused = post_spend({"service": "runs", "quantity": "1"})
    assert (paused.status_code, paused.json()["code"]) == (409, "wallet_paused")


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer ck_x", "Bearer ck_x.y", "Basic abc", "Bearer \xff"]
)
def test_without_a_known_key_nothing_is_answered(
    client: Client, db: None, authorization: str
) -> None:
    answer = client.get("/api/v1/wallet", headers={"Authorization": authorization})
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["WWW-Authenticate"] == "Bearer"


def test_a_revoked_key_or_one_of_an_inactive_customer_is_refused(
    client: Client, customer: User, customer_key: str
) -> None:
    assert get(client, "/api/v1/wallet", customer_key).status_code == 200
    customer.is_active = False
    customer.save()
    assert get(client, "/api/v1/wallet", customer_key).status_code == 401
    customer.is_active = True
    customer.save()
    revoke_api_key(key=ApiKey.objects.get())
    assert get(client, "/api/v1/wallet", customer_key).status_code == 401


def test_a_key_does_what_its_scopes_say_and_no_more(
    client: Client, customer: User, service: Service, give: Give, post_spend: Post
) -> None:
    give("10")
    _, reader = create_api_key(customer=customer, name="reader", scopes=[Scope.WALLET_READ])
    _, spender = create_api_key(customer=customer, name="spender", scopes=[Scope.USAGE_WRITE])
    body = {"service": "runs", "quantity": "1"}
    assert get(client, "/api/v1/wallet", reader).status_code == 200
    assert post_spend(body, api_key=reader).json()["code"] == "permission_denied"
    assert get(client, "/api/v1/entries", spender).status_code == 403
    assert post_spend(body, api_key=spender).status_code == 201


def test_a_scope_for_reading_covers_head_and_nothing_else_does(
    client: Client, customer: User
) -> None:
    _, spender = create_api_key(customer=customer, name="s", scopes=[Scope.USAGE_WRITE])
    answer = client.head("/api/v1/wallet", headers={"Authorization": f"Bearer {spender}"})
    assert answer.status_code == 403


@pytest.mark.parametrize("position", ["p=abc", "p=nan", "p=1e999", "p=\0", "p=-1", "o=x"])
def test_a_cursor_that_is_not_ours_is_not_found(
    client: Client, give: Give, customer_key: str, position: str
) -> None:
    cursor = b64encode(position.encode()).decode()
    assert get(client, f"/api/v1/entries?cursor={cursor}", customer_key).status_code == 404


def test_a_client_cannot_take_a_key_of_the_systems_own(
    service: Service, give: Give, post_spend: Post
) -> None:
    give("10")
    assert post_spend({"service": "runs", "quantity": "1"}, key="stripe cs_1").status_code == 400
    assert CLIENT_KEY.fullmatch(internal_key("stripe", "cs_1")) is None


def test_the_wallet_is_read_with_all_its_figures(
    client: Client, wallet: Wallet, give: Give, customer_key: str
) -> None:
    give("12.5")
    assert get(client, "/api/v1/wallet", customer_key).json() == {
        "id": wallet.pk,
        "balance": "12.5000",
        "held": "0.0000",
        "available": "12.5000",
        "debt": "0.0000",
        "status": "active",
        "status_reason": "",
    }


def test_entries_are_paged_by_cursor_newest_first(
    client: Client, give: Give, customer_key: str
) -> None:
    for _ in range(5):
        give("1")
    seen = []
    path = "/api/v1/entries?limit=2"
    while path:
        page = get(client, path, customer_key).json()
        seen += [entry["sequence"] for entry in page["data"]]
        path = page["next"]
    assert seen == [5, 4, 3, 2, 1]


def test_entries_are_filtered_and_unknown_filters_refused(
    client: Client, service: Service, give: Give, post_spend: Post, customer_key: str
) -> None:
    give("5")
    post_spend({"service": "runs", "quantity": "1"})
    kinds = get(client, "/api/v1/entries?kind=spend&service=runs", customer_key).json()["data"]
    assert [entry["kind"] for entry in kinds] == ["spend"]
    for query in ("kind=gift", "colour=red", "limit=0", "limit=x", "wallet=x", "limit=2&limit=3"):
        assert get(client, f"/api/v1/entries?{query}", customer_key).status_code == 400


def test_an_entry_is_explained(
    client: Client, service: Service, give: Give, post_spend: Post, customer_key: str
) -> None:
    granted = give("5")
    entry_id = post_spend({"service": "runs", "quantity": "2"}).json()["id"]
    entry = get(client, f"/api/v1/entries/{entry_id}", customer_key).json()
    (draw,) = entry["draws"]
    assert (draw["grant"], draw["credits"]) == (granted.entry.draws[0][0], "-2.0000")
    assert entry["credits_per_unit"] == "1.0000"
    assert entry["balance_before"] == "5.0000"
    assert entry["idempotency_key"] == "k1"
    assert len(entry["hash"]) == 64
    granted_entry = get(client, f"/api/v1/entries/{granted.entry.pk}", customer_key).json()
    assert granted_entry["credits_per_unit"] is None


def test_a_stranger_finds_nothing_of_the_customer(
    client: Client, stranger: User, wallet: Wallet, service: Service, give: Give, post_spend: Post
) -> None:
    entry = give("5").entry
    _, key = create_api_key(customer=stranger, name="s", scopes=Scope.values)
    assert get(client, f"/api/v1/entries/{entry.pk}", key).status_code == 404
    assert get(client, f"/api/v1/wallet?wallet={wallet.pk}", key).status_code == 404
    assert get(client, f"/api/v1/entries?wallet={wallet.pk}", key).status_code == 404
    assert get(client, "/api/v1/entries", key).json()["data"] == []
    spend = post_spend({"service": "runs", "quantity": "1", "wallet": wallet.pk}, api_key=key)
    assert (spend.status_code, spend.json()["code"]) == (404, "wallet_not_found")


def test_a_platform_key_acts_on_the_wallet_it_names(
    client: Client,
    wallet: Wallet,
    service: Service,
    give: Give,
    post_spend: Post,
    platform_key: str,
) -> None:
    entry = give("5").entry
    body = {"service": "runs", "quantity": "1"}
    assert post_spend(body, api_key=platform_key).status_code == 400
    assert post_spend(body | {"wallet": wallet.pk}, api_key=platform_key).status_code == 201
    missing = post_spend(body | {"wallet": wallet.pk + 99}, api_key=platform_key)
    assert missing.status_code == 404
    assert get(client, f"/api/v1/wallet?wallet={wallet.pk}", platform_key).status_code == 200
    assert get(client, "/api/v1/wallet", platform_key).status_code == 400
    assert get(client, f"/api/v1/entries/{entry.pk}", platform_key).status_code == 200


def test_services_are_listed_with_their_price(
    client: Client, service: Service, customer_key: str
) -> None:
    listed = get(client, "/api/v1/services", customer_key).json()["data"]
    assert [(row["slug"], row["credits_per_unit"]) for row in listed] == [("runs", "1.0000")]


def test_a_session_is_as_good_as_a_key_but_needs_the_csrf_token(
    customer: User, service: Service, give: Give
) -> None:
    give("5")
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(customer)
    assert browser.get("/api/v1/wallet").status_code == 200
    body = {"service": "runs", "quantity": "1"}
    refused = browser.post(
        "/api/v1/spends", body, content_type="application/json", headers={"Idempotency-Key": "a"}
    )
    assert (refused.status_code, refused.json()["code"]) == (403, "permission_denied")
    assert LedgerEntry.objects.filter(kind="spend").count() == 0


def test_the_api_answers_at_its_own_host(client: Client, customer_key: str) -> None:
    answer = client.get(
        "/v1/wallet", headers={"Authorization": f"Bearer {customer_key}", "Host": "api.localhost"}
    )
    assert answer.status_code == 200
    missing = client.get("/v1/nothing", headers={"Host": "api.localhost"})
    assert missing.status_code == 404


def test_a_wallet_is_opened_at_the_first_call(client: Client, db: None) -> None:
    newcomer = User.objects.create_user("new@example.com")
    _, key = create_api_key(customer=newcomer, name="n", scopes=Scope.values)
    answered = get(client, "/api/v1/wallet", key).json()
    assert answered["id"] == open_wallet(customer=newcomer).pk
