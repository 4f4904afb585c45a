"""`wallet/verify.py` believes nobody: whatever is changed in a statement, it is found."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wallet import verify
from wallet.models import Wallet
from wallet.signing import published_key, sign
from wallet.statements import Head, head_of, statement_of
from wallet.tests.conftest import Give
from wallet.tests.tampering import live_through_everything

# A caller's metadata, as PostgreSQL keeps it: numbers to the digit, names in its own order.
METADATA = (
    r'{"price": 1.10, "many": 1e5, "zwölf \"12\"": "naïve — 東京 🚲\n\\", "nested": [null, {}]}'
)
Change = Callable[[dict[str, Any]], object]


@pytest.fixture
def document(wallet: Wallet, give: Give) -> dict[str, Any]:
    """Return a statement of three entries, among them one with odd metadata."""
    give("100", cost_cents=999)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO wallet_service (slug, name, description, status)"
            " VALUES ('odd', 'Odd', '', 'active')"
        )
        cursor.execute(
            "SELECT outcome FROM ledger_spend(%s, 'odd', NULL, 1.25, 'k', %s::jsonb, 'user:1',"
            " TRUE, FALSE)",
            [wallet.pk, METADATA],
        )
        assert cursor.fetchone() == ("posted",)
    give("0.0001")
    return statement_of(wallet)


@pytest.fixture
def verdict(tmp_path: Path) -> Callable[..., int]:
    """Write a document and return the exit code of its verification."""

    def verdict_of(document: object, *arguments: str) -> int:
        path = tmp_path / "statement.json"
        text = document if isinstance(document, str) else json.dumps(document)
        path.write_text(text, encoding="utf-8")
        return verify.main([str(path), *arguments])

    return verdict_of


def meaning(text: str) -> str | None:
    """Return what a JSON text says, however it is written; None where it says nothing."""
    try:
        return json.dumps(verify.read_json(text), sort_keys=True)
    except (ValueError, TypeError):
        return None


def test_metadata_of_any_kind_verifies(
    document: dict[str, Any], verdict: Callable[..., int]
) -> None:
    line = document["entries"][1]["line"]
    assert '"price": 1.10' in line and '"many": 100000' in line and "東京 🚲" in line
    assert verdict(document, "--key", published_key().public_key) == 0
    assert verdict(json.dumps(document, ensure_ascii=False, indent=3)) == 0


def test_any_change_of_one_character_is_found(
    document: dict[str, Any], verdict: Callable[..., int]
) -> None:
    """At every place of the document: another character, none, and one more."""
    text = json.dumps(document, ensure_ascii=False)
    said = meaning(text)
    missed = []
    for place, character in enumerate(text):
        other = "0" if character == "9" else chr(ord(character) + 1)
        for instead in (other, "", character * 2):
            changed = text[:place] + instead + text[place + 1 :]
            if meaning(changed) != said and verdict(changed) == 0:
                missed.append((place, instead))
    assert not missed


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_other_characters_are_found(
    document: dict[str, Any], verdict: Callable[..., int], data: st.DataObject
) -> None:
    text = json.dumps(document, ensure_ascii=False)
    place = data.draw(st.integers(0, len(text) - 1))
    instead = data.draw(st.text(st.characters(codec="utf-8"), max_size=3))
    changed = text[:place] + instead + text[place + 1 :]
    assert meaning(changed) == meaning(text) or verdict(changed) != 0


def without_last(document: dict[str, Any]) -> None:
    document["entries"].pop()


def without_last_and_older_head(document: dict[str, Any]) -> None:
    document["entries"].pop()
    line = json.loads(document["entries"][-1]["line"])
    document["head"]["sequence"] = document["head"]["newest"] = line["sequence"]
    document["head"]["hash"] = document["entries"][-1]["hash"]
    document["head"]["balance"] = f"{line['balance_after']:.4f}"


CHANGES: dict[str, Change] = {
    "the first entry is left out": lambda d: d["entries"].pop(0),
    "an entry is left out": lambda d: d["entries"].pop(1),
    "the last entry is left out": without_last,
    "the last entry and the head": without_last_and_older_head,
    "two entries are swapped": lambda d: d["entries"].insert(0, d["entries"].pop(1)),
    "an entry stands twice": lambda d: d["entries"].append(d["entries"][-1]),
    "another balance before": lambda d: d["from"].update(balance="1.0000"),
    "another hash before": lambda d: d["from"].update(hash="0" * 64),
    "another wallet": lambda d: d.update(wallet=d["wallet"] + 1),
    "another moment": lambda d: d["head"].update(signed_at="2020-01-01T00:00:00Z"),
    "something more": lambda d: d.update(note="nothing"),
    "something less": lambda d: d.pop("signature"),
    "a number that is text": lambda d: d.update(wallet=str(d["wallet"])),
    "a line that nests too deeply": lambda d: d["entries"][1].update(line="[" * 100_000),
    "a line that is no object": lambda d: d["entries"][1].update(line="[1]"),
    "a line with half a character": lambda d: d["entries"][1].update(line='{"a": "\ud800"}'),
    "a number too large to count with": lambda d: d["entries"][1].update(
        line=d["entries"][1]["line"].replace("-1.2500", "-1.0e999999999")
    ),
    "a format that is a list": lambda d: d.update(format=[]),
    "a truth for a number": lambda d: d["head"].update(newest=True),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_statement_that_was_meddled_with_is_refused(
    document: dict[str, Any], verdict: Callable[..., int], change: Change
) -> None:
    change(document)
    assert verdict(document) in (1, 2)


def test_the_first_entry_at_fault_is_named(
    document: dict[str, Any], verdict: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    for entry in document["entries"][1:]:
        entry["line"] = entry["line"].replace("1.25", "1.26")
    assert verdict(document) == 1
    assert "Entry 2: its hash does not match" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("credits", "-1.2600", "the balance after it"),
        ("sequence", "7", "its number is 7"),
        ("wallet", "0", "another wallet"),
        ("created_at", "1", "older than the last"),
        ("cost_cents", "-13", "worth"),
        ("draws", '[[1, "-1.0000", -12]]', "add up to"),
        ("draws", "7", "can't be read"),
        ("balance_after", '"a lot"', "no decimal"),
    ],
)
def test_who_has_the_key_must_still_keep_the_rules(
    document: dict[str, Any],
    verdict: Callable[..., int],
    capsys: pytest.CaptureFixture[str],
    field: str,
    value: str,
    message: str,
) -> None:
    """A chain that was written anew with all its hashes, and signed again."""
    previous = b""
    for number, entry in enumerate(document["entries"], start=1):
        if number == 2:
            line = verify.read_json(entry["line"])
            old = json.dumps(line[field], default=lambda number: f"<{number}>")
            old = old.replace('"<', "").replace('>"', "")
            entry["line"] = entry["line"].replace(f'"{field}": {old}', f'"{field}": {value}')
            assert value in entry["line"]
        digest = hashlib.sha256(previous + entry["line"].encode()).hexdigest()
        entry["hash"], previous = digest, bytes.fromhex(digest)
    document["head"]["hash"] = digest
    document["signature"] = sign(Head(**document["head"]).canonical_text)
    assert verdict(document) == 1
    said = capsys.readouterr().err
    assert "Entry 2:" in said and message in said


def test_another_key_is_told_apart(
    document: dict[str, Any], verdict: Callable[..., int], settings: Any
) -> None:
    genuine = published_key().public_key
    settings.STATEMENT_SIGNING_KEY = b"k" * 32
    document["head"]["key_id"] = published_key().key_id
    document["public_key"] = published_key().public_key
    document["signature"] = sign(Head(**document["head"]).canonical_text)
    assert verdict(document) == 0
    assert verdict(document, "--key", genuine) == 1


def test_what_cannot_be_read_is_no_verdict(verdict: Callable[..., int], tmp_path: Path) -> None:
    for text in ("", "[]", "{}", '{"format": "creditsite-statement-2"}', "[" * 100_000, "\x00"):
        assert verdict(text) == 2
    assert verify.main([str(tmp_path / "nowhere.json")]) == 2
    for arguments in ([], ["x", "--key", "short"]):
        with pytest.raises(SystemExit) as leaving:
            verify.main(arguments)
        assert leaving.value.code == 2


def test_heads_are_held_against_the_chain(
    document: dict[str, Any],
    wallet: Wallet,
    give: Give,
    verdict: Callable[..., int],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    older = tmp_path / "older.json"
    older.write_text(json.dumps(head_of(wallet)))
    give("1")
    later = statement_of(wallet)
    assert verdict(later, "--head", str(older)) == 0
    assert "lies in the chain, at entry 3" in capsys.readouterr().out
    newer = tmp_path / "newer.json"
    newer.write_text(json.dumps(later))
    assert verdict(document, "--head", str(older), str(newer)) == 1
    part = statement_of(wallet, from_sequence=2, to_sequence=2)
    assert verdict(part, "--head", str(older), str(newer)) == 0
    assert "outside of this statement" in capsys.readouterr().out
    forged = json.loads(older.read_text())
    forged["head"]["hash"] = "0" * 64
    forged["signature"] = sign(Head(**forged["head"]).canonical_text)
    older.write_text(json.dumps(forged))
    assert verdict(later, "--head", str(older)) == 1
    assert "Entry 3: it is not the one" in capsys.readouterr().err
    assert verdict(forged) == 2


def test_a_head_of_another_wallet_is_refused(
    document: dict[str, Any], stranger: Any, verdict: Callable[..., int], tmp_path: Path
) -> None:
    path = tmp_path / "other.json"
    path.write_text(json.dumps(head_of(stranger.wallet)))
    assert verdict(document, "--head", str(path)) == 1


def test_signatures_can_be_written_in_one_way_only(
    document: dict[str, Any], verdict: Callable[..., int]
) -> None:
    signature = document["signature"]
    assert verify.decoded(signature, 64)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    for last in alphabet:
        document["signature"] = f"{signature[:-3]}{last}=="
        if document["signature"] != signature:
            assert verdict(document) in (1, 2)


def test_the_program_stands_alone(wallet: Wallet, tmp_path: Path) -> None:
    """It is one file, run where nothing of the site can be imported."""
    live_through_everything(wallet)
    shutil.copy(verify.__file__, tmp_path / "verify.py")
    (tmp_path / "statement.json").write_text(json.dumps(statement_of(wallet)))

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-I", "verify.py", *arguments],
            check=False,
            capture_output=True,
            cwd=tmp_path,
            env={},
            text=True,
        )

    done = run("statement.json", "--key", published_key().public_key)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"No fault: wallet {wallet.pk}, entries 1 to ")
    other = b64encode(b"k" * 32).decode()
    assert run("statement.json", "--key", other).returncode == 1
    assert run("nowhere.json").returncode == 2
