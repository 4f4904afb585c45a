"""Notes on a wallet: for operators, for good, never for the customer."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from creditsite.accounts.models import User
from creditsite.kernel.errors import IdempotencyKeyReused, TextOutOfRange
from creditsite.roles import SUPPORT
from creditsite.tests.people import make_in_role
from wallet.actions import close_wallet, note_wallet
from wallet.models import Wallet, WalletNote
from wallet.tests.conftest import ACTOR
from wallet.tests.operators import Operator, step

SECRET = "Threatens to leave; keep friendly"


@pytest.fixture
def support(client: Client, db: None) -> Operator:
    client.force_login(make_in_role("support@example.com", SUPPORT))
    return Operator(client)


def note(wallet: Wallet, author: User, text: str = SECRET, key: str = "n") -> WalletNote:
    return note_wallet(wallet=wallet, text=text, idempotency_key=key, author=author)


def test_a_note_is_kept_with_author_and_time(wallet: Wallet, asker: User) -> None:
    kept = note(wallet, asker, f"  {SECRET} ")
    kept.refresh_from_db()
    assert (kept.text, kept.author, kept.wallet) == (SECRET, asker, wallet)
    wallet.refresh_from_db()
    assert wallet.sequence == 0


@pytest.mark.parametrize("text", ["", "  ", "x" * 4001])
def test_a_note_says_something_and_not_too_much(wallet: Wallet, asker: User, text: str) -> None:
    with pytest.raises(TextOutOfRange):
        note(wallet, asker, text)
    assert not WalletNote.objects.exists()


def test_the_same_key_keeps_it_once(wallet: Wallet, asker: User, approver: User) -> None:
    assert note(wallet, asker) == note(wallet, asker)
    for author, text in ((asker, "Another"), (approver, SECRET)):
        with pytest.raises(IdempotencyKeyReused):
            note(wallet, author, text)
    assert WalletNote.objects.count() == 1


def test_a_closed_wallet_is_noted_on_too(wallet: Wallet, asker: User) -> None:
    close_wallet(wallet=wallet, reason="r", actor=ACTOR)
    assert note(wallet, asker).text == SECRET


def test_support_notes_on_the_wallets_page_newest_first(support: Operator, wallet: Wallet) -> None:
    for text in ("Called", "Called again"):
        done = support.do(step(wallet, "note"), text=text)
        assert done["Location"] == reverse("admin:wallet_wallet_change", args=[wallet.pk])
    page: Any = support.client.get(done["Location"])
    (notes,) = [table for table in page.context["tables"] if table.title == "Notes"]
    assert [[cell.text for cell in row][:2] for row in notes.rows] == [
        ["Called again", "support@example.com"],
        ["Called", "support@example.com"],
    ]
    assert support.client.get(notes.more.url).status_code == 200
    assert {log.change_message for log in LogEntry.objects.all()} == {"The note is kept."}
    assert "text" in support.errors(step(wallet, "note"), text=" ")


def test_pressing_twice_notes_once_also_from_another_window(
    support: Operator, wallet: Wallet
) -> None:
    asked = {"text": "Called", "form_id": "f"}
    other = Client()
    other.force_login(User.objects.get(email="support@example.com"))
    for client in (support.client, support.client, other):
        assert client.post(step(wallet, "note"), asked).status_code == 302
    assert WalletNote.objects.count() == 1


def test_the_customer_never_sees_a_note(
    client: Client, customer: User, wallet: Wallet, asker: User, customer_key: str
) -> None:
    note(wallet, asker)
    client.force_login(customer)
    for page in ("/wallet/", "/wallet/history/", "/wallet/statement/download/"):
        assert SECRET not in client.get(page).content.decode(), page
    headers = {"Authorization": f"Bearer {customer_key}"}
    for path in ("wallet", f"wallets/{wallet.pk}", "entries"):
        answer = client.get(f"/api/v1/{path}", headers=headers)
        assert SECRET not in json.dumps(answer.json()), path
