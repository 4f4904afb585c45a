"""Verifies a statement of a wallet without the site that made it: `python -m wallet.verify FILE`.

One file, standard library and `cryptography` only: copy it wherever you like. Exit code 0: all
is as it should be; 1: something is not, and the first entry at fault is named; 2: the files or
the arguments can't be read.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import sys
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

STATEMENT_FORMAT = "creditsite-statement-1"
HEAD_FORMAT = "creditsite-head-1"
SIGNED = {"head", "signature", "public_key"}
FIELDS = {
    STATEMENT_FORMAT: {"format", "wallet", "from", "entries"} | SIGNED,
    HEAD_FORMAT: {"format"} | SIGNED,
}
HEAD_FIELDS = ("wallet", "sequence", "hash", "balance", "newest", "signed_at", "key_id")
UNREADABLE = (ValueError, LookupError, TypeError, ArithmeticError, RecursionError)
HASH = re.compile(r"[0-9a-f]{64}")
CREDITS = re.compile(r"(0|[1-9][0-9]{0,13})\.[0-9]{4}")
MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
KEY_BYTES, SIGNATURE_BYTES, KEY_ID_LENGTH = 32, 64, 16

UNKNOWN_KEY = """\
WARNING: no key was given, so the key inside the file was used. This shows that nothing was
changed after somebody with that key signed it, and not yet whose key it is. Compare it with the
key that the site publishes (/api/v1/statement-key), or give that one with --key:
    {key}
"""


class Unreadable(Exception):
    """The file is none of the documents this program knows."""


class Fault(Exception):
    """The document says something that is not so."""


def read_document(path: Path) -> dict[str, Any]:
    """Return the statement or head in the file, its form checked; raises `Unreadable`."""
    try:
        document = read_json(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Unreadable(f"{path} can't be read: {error.strerror}.") from error
    except UNREADABLE as error:
        raise Unreadable(f"{path} is no JSON document: {error}.") from error
    if not isinstance(document, dict) or str(document.get("format")) not in FIELDS:
        raise Unreadable(f"{path} is no statement or head of a format known here.")
    try:
        require_form(document)
    except Fault as fault:
        raise Unreadable(f"{path} is no {document['format']}: {fault}") from fault
    return document


def read_json(text: str) -> Any:
    """Return what the JSON says; a name that stands twice in an object is a ValueError."""
    return json.loads(
        text, parse_float=Decimal, parse_constant=refuse, object_pairs_hook=without_repeats
    )


def refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number")


def without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in an object")
    return found


def require_form(document: dict[str, Any]) -> None:
    """Check that everything is there, nothing else, and each of the right type."""
    require_names("the document", document, FIELDS[document["format"]])
    head = document["head"]
    require_names("the head", head, set(HEAD_FIELDS))
    require_place("the head", head)
    require(type(head["wallet"]) is int, "the head's wallet is no number.")
    require(type(head["newest"]) is int, "the head's newest number is none.")
    require(matches(MOMENT, head["signed_at"]), "the head's time can't be read.")
    decoded(document["signature"], SIGNATURE_BYTES)
    decoded(document["public_key"], KEY_BYTES)
    if document["format"] == HEAD_FORMAT:
        return
    require(type(document["wallet"]) is int, "the wallet is no number.")
    require_names("its beginning", document["from"], {"sequence", "hash", "balance"})
    require_place("its beginning", document["from"])
    require(isinstance(document["entries"], list), "the entries are no list.")
    for number, entry in enumerate(document["entries"], start=1):
        require_names(f"entry {number} of the list", entry, {"line", "hash"})
        require(isinstance(entry["line"], str), f"entry {number} of the list has no line.")
        require(matches(HASH, entry["hash"]), f"entry {number} of the list has no hash.")


def require(condition: bool, message: str) -> None:
    if not condition:
        raise Fault(message)


def require_names(what: str, value: object, names: set[str]) -> None:
    require(isinstance(value, dict) and set(value) == names, f"{what} needs {sorted(names)}.")


def require_place(what: str, place: dict[str, Any]) -> None:
    """Check a sequence with its hash (empty: none yet) and balance."""
    require(type(place["sequence"]) is int and place["sequence"] >= 0, f"{what} has no number.")
    require(place["hash"] == "" or matches(HASH, place["hash"]), f"{what} has no hash.")
    require(matches(CREDITS, place["balance"]), f"{what} has no balance.")


def matches(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def decoded(text: object, size: int) -> bytes:
    """Return the bytes of a base64 text that has exactly one way to be written."""
    try:
        found = base64.b64decode(str(text), validate=True)
    except ValueError as error:
        raise Fault(f"{text!r} is no base64.") from error
    require(len(found) == size, f"{text!r} has the wrong length.")
    require(base64.b64encode(found).decode() == text, f"{text!r} is no proper base64.")
    return found


def verify_signature(document: dict[str, Any], key: str) -> None:
    """Raise `Fault` unless the head is signed with the key (base64)."""
    head = document["head"]
    public = decoded(key, KEY_BYTES)
    require(document["public_key"] == key, "The document was signed with another key.")
    named = hashlib.sha256(public).hexdigest()[:KEY_ID_LENGTH]
    require(head["key_id"] == named, f"The head names the key {head['key_id']}, not {named}.")
    text = "\n".join([HEAD_FORMAT, *(str(head[name]) for name in HEAD_FIELDS)])
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(
            decoded(document["signature"], SIGNATURE_BYTES), text.encode()
        )
    except InvalidSignature as error:
        raise Fault("The signature does not belong to this head and key.") from error


def verify_statement(statement: dict[str, Any]) -> None:
    """Raise `Fault` unless the entries follow from one another and end in the head."""
    begin, head = statement["from"], statement["head"]
    require(head["wallet"] == statement["wallet"], "The head is of another wallet.")
    sequence, digest, balance = begin["sequence"], begin["hash"], Decimal(begin["balance"])
    require(sequence >= 1, "A statement begins with entry 1 at the earliest.")
    if sequence == 1:
        require(digest == "" and balance == 0, "Before entry 1 there is no hash and no balance.")
    else:
        require(digest != "", "The hash of the entry before is missing.")
    before = None
    for entry in statement["entries"]:
        try:
            line = read_line(entry["line"])
            hashed = hashlib.sha256(bytes.fromhex(digest) + entry["line"].encode()).hexdigest()
            require(hashed == entry["hash"], "its hash does not match what it says.")
            require(line["wallet"] == statement["wallet"], "it is of another wallet.")
            require(line["sequence"] == sequence, f"its number is {line['sequence']}.")
            balance += line["credits"]
            require(line["balance_after"] == balance, f"the balance after it should be {balance}.")
            require_draws(line)
            require(before is None or line["created_at"] >= before, "it is older than the last.")
        except (Fault, *UNREADABLE) as fault:
            raise Fault(f"Entry {sequence}: {said(fault)}") from fault
        sequence, digest, before = sequence + 1, entry["hash"], line["created_at"]
    at_end = (head["sequence"], head["hash"], Decimal(head["balance"]))
    require(
        at_end == (sequence - 1, digest, balance),
        f"The head is that of entry {head['sequence']}, and the statement ends with entry "
        f"{sequence - 1}: entries are missing, or were added or changed.",
    )
    require(head["newest"] >= head["sequence"], "The head lies beyond the newest entry.")


def said(fault: Exception) -> str:
    return str(fault) if isinstance(fault, Fault) else f"it can't be read ({fault!r})."


def read_line(text: str) -> dict[str, Any]:
    """Return the entry a line says; whole numbers are integers, all others exact decimals."""
    line = read_json(text)
    require(isinstance(line, dict), "it is no object.")
    for name in ("wallet", "sequence", "cost_cents", "created_at"):
        require(type(line[name]) is int, f"its {name} is no whole number.")
    for name in ("credits", "balance_after"):
        require(isinstance(line[name], Decimal), f"its {name} is no decimal number.")
    require(line["balance_after"] >= 0, "the balance after it is below zero.")
    return dict(line)


def require_draws(line: dict[str, Any]) -> None:
    """Raise `Fault` unless the lots' parts add up; the first entries' draws name no cents."""
    credits = sum(Decimal(draw[1]) for draw in line["draws"])
    require(credits == line["credits"], f"its draws add up to {credits}.")
    cents = [part for _, _, *parts in line["draws"] for part in parts]
    if len(cents) == len(line["draws"]):
        require(sum(cents) == line["cost_cents"], f"its draws are worth {sum(cents)} cents.")


def verify_head(statement: dict[str, Any], other: dict[str, Any]) -> str:
    """Hold another head of the same wallet against the statement; return what that shows.

    Raises `Fault` where the head does not lie in the chain, or where the statement says that it
    holds all entries and the head knows more.
    """
    begin, end, head = statement["from"], statement["head"], other["head"]
    require(head["wallet"] == statement["wallet"], "The other head is of another wallet.")
    number = head["sequence"]
    known = {begin["sequence"] - 1: (begin["hash"], Decimal(begin["balance"]))}
    for place, entry in enumerate(statement["entries"], start=begin["sequence"]):
        known[place] = (entry["hash"], read_line(entry["line"])["balance_after"])
    if number in known:
        require(
            known[number] == (head["hash"], Decimal(head["balance"])),
            f"Entry {number}: it is not the one that the head of {head['signed_at']} was signed "
            "for. The chain was written anew.",
        )
    require(
        end["sequence"] < end["newest"] or head["newest"] <= end["newest"],
        f"The statement says that entry {end['newest']} is the newest, and the head of "
        f"{head['signed_at']} knows entry {head['newest']}: entries are missing at the end.",
    )
    if number in known:
        return f"The head of {head['signed_at']} lies in the chain, at entry {number}."
    return f"The head of {head['signed_at']} is at entry {number}, outside of this statement."


def summary(statement: dict[str, Any]) -> str:
    """Return what a statement without a fault shows."""
    begin, head = statement["from"], statement["head"]
    extent = "Nothing is missing up to then."
    if head["sequence"] != head["newest"]:
        extent = f"Entries up to {head['newest']} were there then: this is a part."
    entries = f"entries {begin['sequence']} to {head['sequence']}"
    return (
        f"No fault: wallet {statement['wallet']}, {entries if head['sequence'] else 'no entries'}, "
        f"balance {begin['balance']} to {head['balance']}, signed at {head['signed_at']}. {extent}"
    )


def public_key(text: str) -> str:
    """Return the public key of the command line, which is base64."""
    try:
        decoded(text, KEY_BYTES)
    except Fault as fault:
        raise argparse.ArgumentTypeError(str(fault)) from fault
    return text


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify what the command line names; return the exit code."""
    parser = argparse.ArgumentParser(prog="verify", description="Verify a statement of a wallet.")
    parser.add_argument("statement", type=Path)
    parser.add_argument("--key", type=public_key, help="the key that the site publishes")
    parser.add_argument(
        "--head", type=Path, nargs="+", default=[], help="other heads or statements of the wallet"
    )
    asked = parser.parse_args(arguments)
    try:
        statement = read_document(asked.statement)
        if statement["format"] != STATEMENT_FORMAT:
            raise Unreadable(f"{asked.statement} is a head alone; give it with --head.")
        others = [read_document(path) for path in asked.head]
    except Unreadable as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    key = asked.key or statement["public_key"]
    try:
        verify_statement(statement)
        for document in (statement, *others):
            verify_signature(document, key)
        shown = [verify_head(statement, other) for other in others]
    except Fault as fault:
        sys.stderr.write(f"FAULT: {fault}\n")
        return 1
    sys.stdout.write("\n".join([summary(statement), *shown]) + "\n")
    sys.stderr.write("" if asked.key else UNKNOWN_KEY.format(key=key))
    return 0


if __name__ == "__main__":
    sys.exit(main())
