"""Note something about a wallet."""

from __future__ import annotations

from django.db import transaction

from creditsite.accounts.models import User
from creditsite.kernel import clock
from creditsite.kernel.errors import IdempotencyKeyReused
from creditsite.kernel.texts import require_length
from wallet.models import Wallet, WalletNote
from wallet.models.note import LONGEST_NOTE


@transaction.atomic
def note_wallet(*, wallet: Wallet, text: str, idempotency_key: str, author: User) -> WalletNote:
    """Keep a note about the wallet that operators alone see, whatever its status, for good.

    A repeated key answers the first note.

    Raises `TextOutOfRange`, `IdempotencyKeyReused`.
    """
    said = require_length(text, longest=LONGEST_NOTE, ask="Write something")
    note, _is_new = WalletNote.objects.get_or_create(
        wallet=wallet,
        idempotency_key=idempotency_key,
        defaults={"author": author, "text": said, "created_at": clock.now()},
    )
    if (note.author_id, note.text) != (author.pk, said):
        raise IdempotencyKeyReused("The key stands for another note.")
    return note
