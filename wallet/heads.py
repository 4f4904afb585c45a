"""Signed lists of where every wallet stands: what an intruder in the database can't write anew."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from django.conf import settings

from creditsite.kernel import clock
from wallet.models import Wallet
from wallet.signing import is_signed, published_key, sign

HEADS_FORMAT = "creditsite-heads-1"
WALLETS_AT_ONCE = 5000
PATTERN = "heads-*.txt"


class HeadsUnreadable(Exception):
    """The file is no list of heads that this installation signed."""


@dataclass(frozen=True)
class WalletHead:
    """One line of the list: a wallet, the number of its newest entry then, and that one's hash."""

    wallet_id: int
    sequence: int
    hash: bytes


def write_heads(output: TextIO) -> int:
    """Write the heads of all wallets, a line each, with a signed last line; return how many.

    All are from one moment.
    """
    digest = hashlib.sha256()

    def write(line: str) -> None:
        digest.update(f"{line}\n".encode())
        output.write(f"{line}\n")

    write(HEADS_FORMAT)
    count = 0
    heads = Wallet.objects.order_by("id").values_list("id", "sequence", "head")
    for wallet_id, sequence, head in heads.iterator(chunk_size=WALLETS_AT_ONCE):
        write(f"{wallet_id} {sequence} {bytes(head).hex() or '-'}")
        count += 1
    signed_at = f"{clock.now():%Y-%m-%dT%H:%M:%SZ}"
    key_id = published_key().key_id
    signature = sign(_signed_text(digest.hexdigest(), signed_at, key_id))
    output.write(f"signed {signed_at} {key_id} {signature}\n")
    return count


def export_heads() -> Path:
    """Write the heads into a new file of `LEDGER_HEADS_DIR` and return its path."""
    folder: Path = settings.LEDGER_HEADS_DIR
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"heads-{clock.now():%Y-%m-%d-%H%M%S}.txt"
    draft = path.with_suffix(".draft")
    with draft.open("w", encoding="ascii") as output:
        write_heads(output)
    draft.replace(path)
    return path


def newest_export() -> Path | None:
    """Return the newest file that `export_heads` wrote here."""
    return max(settings.LEDGER_HEADS_DIR.glob(PATTERN), default=None)


def read_heads(path: Path) -> Iterator[WalletHead]:
    """Yield the heads of a file. Raises `HeadsUnreadable` before the first unless it is signed."""
    _require_signed(path)
    with path.open(encoding="ascii") as lines:
        next(lines)
        for line in lines:
            first, second, third, *_ = line.split()
            if first == "signed":
                return
            yield WalletHead(int(first), int(second), bytes.fromhex(third.strip("-")))


def _require_signed(path: Path) -> None:
    digest = hashlib.sha256()
    previous = b""
    try:
        with path.open("rb") as lines:
            for line in lines:
                digest.update(previous)
                previous = line
        word, signed_at, key_id, signature = previous.decode("ascii").split()
    except OSError as error:
        raise HeadsUnreadable(f"{path} can't be read: {error.strerror}.") from error
    except ValueError as error:
        raise HeadsUnreadable(f"{path} has no signed last line.") from error
    text = _signed_text(digest.hexdigest(), signed_at, key_id)
    if word != "signed" or not is_signed(text, signature):
        raise HeadsUnreadable(
            f"{path} is not signed with this site's key: it was changed, or signed with another."
        )


def _signed_text(digest: str, signed_at: str, key_id: str) -> str:
    return f"{HEADS_FORMAT}\n{digest}\n{signed_at}\n{key_id}"
