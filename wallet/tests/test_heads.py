"""Exported heads show a chain that was written anew; the night's job keeps and checks them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from creditsite.accounts.models import User
from creditsite.kernel import clock
from wallet import tasks
from wallet.actions import Posting
from wallet.models import LedgerVerification, Wallet
from wallet.tests.conftest import Give
from wallet.tests.tampering import rewrite_chain, tamper, verify


@pytest.fixture
def history(wallet: Wallet, stranger: User, give: Give, spend: Callable[..., Posting]) -> Wallet:
    """A wallet with entries, beside one without."""
    give("100", cost_cents=1000)
    spend("3", "a")
    spend("4", "b")
    return wallet


@pytest.fixture
def heads(history: Wallet, tmp_path: Path) -> Path:
    path = tmp_path / "heads.txt"
    call_command("export_heads", output=path)
    return path


@pytest.fixture
def nights(tmp_path: Path, settings: Settings) -> Path:
    """Where the night's job keeps its heads."""
    settings.LEDGER_HEADS_DIR = tmp_path / "nights"
    return tmp_path / "nights"


def rewrite_history(wallet: Wallet) -> None:
    """Say that somebody else did it, in a chain that is whole again."""
    tamper("UPDATE wallet_ledgerentry SET actor = 'user:1' WHERE sequence = 2")
    rewrite_chain(wallet)


def test_the_export_has_a_line_for_each_wallet(
    heads: Path, history: Wallet, capsys: pytest.CaptureFixture[str]
) -> None:
    first, *lines, last = heads.read_text().splitlines()
    assert first == "creditsite-heads-1"
    assert len(lines) == Wallet.objects.count()
    history.refresh_from_db()
    assert f"{history.pk} 3 {bytes(history.head).hex()}" in lines
    assert [line for line in lines if line.endswith(" 0 -")]
    assert last.startswith("signed ")
    call_command("export_heads")
    assert capsys.readouterr().out.splitlines()[:-1] == [first, *lines]


def test_a_chain_that_was_written_anew_is_found_by_its_old_head_only(
    history: Wallet, heads: Path
) -> None:
    assert verify(heads=heads)[0] == 0
    rewrite_history(history)
    assert verify()[0] == 0
    code, printed = verify(heads=heads)
    assert code == 1
    assert f"heads: wallet {history.pk}, entry 3" in printed
    other = Wallet.objects.exclude(pk=history.pk).get()
    assert verify(heads=heads, wallet=other.pk)[0] == 0


def test_heads_stay_in_the_chain_while_it_grows(history: Wallet, heads: Path, give: Give) -> None:
    give("5")
    assert verify(heads=heads)[0] == 0


def test_a_tail_that_was_cut_together_with_the_wallet_is_found(
    history: Wallet, heads: Path
) -> None:
    tamper(
        "DELETE FROM wallet_ledgerentry WHERE sequence = 3",
        "UPDATE wallet_wallet AS w SET sequence = 2, head = e.hash, balance = e.balance_after,"
        " last_entry_at = e.created_at"
        " FROM wallet_ledgerentry AS e WHERE e.wallet_id = w.id AND e.sequence = 2",
        "UPDATE wallet_grant SET remaining = 97",
        "UPDATE wallet_usageday SET spends = 1, quantity = 3, credits = 3",
    )
    assert verify()[0] == 0
    assert "heads:" in verify(heads=heads)[1]


def test_a_wallet_that_is_gone_is_found(history: Wallet, heads: Path) -> None:
    tamper(f"DELETE FROM wallet_wallet WHERE id <> {history.pk}")
    assert verify()[0] == 0
    assert "heads:" in verify(heads=heads)[1]


@pytest.mark.parametrize(
    ("old", "new"), [(" 3 ", " 2 "), ("signed 2", "signed 3"), ("\nsigned", "\n9 0 -\nsigned")]
)
def test_heads_that_were_changed_are_no_proof(heads: Path, old: str, new: str) -> None:
    text = heads.read_text()
    assert old in text
    heads.write_text(text.replace(old, new))
    code, printed = verify(heads=heads)
    assert (code, "not signed with this site's key" in printed) == (2, True)


@pytest.mark.parametrize("text", ["", "creditsite-heads-1\n", "\xff"])
def test_a_file_without_heads_is_no_proof(history: Wallet, tmp_path: Path, text: str) -> None:
    path = tmp_path / "other.txt"
    path.write_bytes(text.encode("latin-1"))
    assert verify(heads=path)[0] == 2
    assert verify(heads=tmp_path / "nowhere.txt")[0] == 2


def test_the_night_keeps_its_result_and_the_heads(history: Wallet, nights: Path) -> None:
    tasks.verify(timestamp=0)
    done = LedgerVerification.objects.get()
    assert (done.wallets, done.entries, done.faults) == (Wallet.objects.count(), 3, [])
    assert done.started_at < done.finished_at
    assert len(list(nights.glob("heads-*.txt"))) == 1
    assert not mail.outbox


def test_the_next_night_finds_what_was_written_anew_and_tells_operators(
    history: Wallet,
    nights: Path,
    operator: User,
    client: Client,
    caplog: pytest.LogCaptureFixture,
) -> None:
    tasks.verify(timestamp=0)
    rewrite_history(history)
    tasks.verify(timestamp=0)
    (fault,) = LedgerVerification.objects.latest("pk").faults
    assert fault.startswith(f"heads: wallet {history.pk}, entry 3")
    assert fault in caplog.text
    (letter,) = mail.outbox
    assert letter.recipients() == [operator.email]
    assert fault in letter.body
    client.force_login(operator)
    shown = client.get(reverse("admin:wallet_ledgerverification_changelist"))
    assert shown.status_code == 200
    address = letter.body.split("http://localhost:8000")[1].split()[0]
    assert fault in client.get(address).content.decode()


def test_it_is_told_every_night_until_an_operator_accepts_it(history: Wallet, nights: Path) -> None:
    tasks.verify(timestamp=0)
    rewrite_history(history)
    for _ in range(3):
        tasks.verify(timestamp=0)
        assert LedgerVerification.objects.latest("pk").faults
    assert len(list(nights.glob("heads-*.txt"))) == 1
    with time_machine.travel(clock.now() + timedelta(seconds=2)):
        call_command("export_heads", accept=True)
    tasks.verify(timestamp=0)
    assert LedgerVerification.objects.latest("pk").faults == []


def test_heads_of_the_night_that_are_gone_are_a_fault_once(history: Wallet, nights: Path) -> None:
    tasks.verify(timestamp=0)
    (path,) = nights.glob("heads-*.txt")
    path.unlink()
    told = []
    for _ in range(2):
        tasks.verify(timestamp=0)
        told.append(LedgerVerification.objects.latest("pk").faults)
    assert told == [["heads: wallet 0, the wallet: the export of the run before is gone"], []]


def test_heads_of_the_night_that_were_changed_are_a_fault(history: Wallet, nights: Path) -> None:
    tasks.verify(timestamp=0)
    (path,) = nights.glob("heads-*.txt")
    path.write_text(path.read_text().replace(" 3 ", " 2 "))
    tasks.verify(timestamp=0)
    (fault,) = LedgerVerification.objects.latest("pk").faults
    assert "not signed" in fault
