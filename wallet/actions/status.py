"""Pause and resume a wallet."""

from __future__ import annotations

from django.db import transaction

from creditsite.kernel.actor import Actor
from wallet import ledger
from wallet.actions.reasons import require_reason
from wallet.errors import WalletStatusUnchanged
from wallet.models import Wallet, WalletStatus, WalletStatusChange


def pause_wallet(*, wallet: Wallet, reason: str, actor: Actor) -> Wallet:
    """Stop all spending from the wallet until it is resumed; credits can still come in.

    The reason is shown to the customer. Raises `ReasonRequired`, and `WalletStatusUnchanged`
    unless the wallet is active.
    """
    return _change_status(
        wallet=wallet,
        start=WalletStatus.ACTIVE,
        end=WalletStatus.PAUSED,
        reason=reason,
        actor=actor,
    )


def resume_wallet(*, wallet: Wallet, reason: str, actor: Actor) -> Wallet:
    """Let a paused wallet be spent from again.

    Raises `ReasonRequired`, and `WalletStatusUnchanged` unless the wallet is paused.
    """
    return _change_status(
        wallet=wallet,
        start=WalletStatus.PAUSED,
        end=WalletStatus.ACTIVE,
        reason=reason,
        actor=actor,
    )


@transaction.atomic
def _change_status(
    *, wallet: Wallet, start: WalletStatus, end: WalletStatus, reason: str, actor: Actor
) -> Wallet:
    why = require_reason(reason)
    locked = ledger.lock(wallet_id=wallet.pk)
    if locked.status != start:
        raise WalletStatusUnchanged(
            f"The wallet is {locked.get_status_display().lower()}, not {start.label.lower()}.",
            wallet_status=locked.status,
        )
    locked.status = end
    locked.status_reason = "" if end == WalletStatus.ACTIVE else why
    locked.save(update_fields=["status", "status_reason"])
    WalletStatusChange.objects.create(
        wallet=locked, from_status=start, to_status=end, reason=why, actor=str(actor)
    )
    return locked
