"""Lock, pause, resume and close a wallet."""

from __future__ import annotations

from django.db import transaction

from creditsite.kernel import clock
from creditsite.kernel.actor import Actor
from wallet import ledger
from wallet.actions.reasons import require_reason
from wallet.errors import WalletHasOpenHolds, WalletStatusUnchanged
from wallet.models import (
    EventKind,
    Wallet,
    WalletEvent,
    WalletStatus,
    WalletStatusChange,
)


def pause_wallet(*, wallet: Wallet, reason: str, actor: Actor) -> Wallet:
    """Stop all spending from the wallet until it is resumed; credits can still come in.

    The reason is shown to the customer. Raises `ReasonRequired`, and `WalletStatusUnchanged`
    unless the wallet is active.
    """
    return _change_status(
        wallet=wallet,
        start={WalletStatus.ACTIVE},
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
        start={WalletStatus.PAUSED},
        end=WalletStatus.ACTIVE,
        reason=reason,
        actor=actor,
    )


def lock_wallet(*, wallet_id: int) -> Wallet:
    """Keep everybody else from moving the wallet's credits until the caller's transaction ends.

    For actions of other apps that look at entries before they post some: what they read after
    this is still so when they post. Lock several wallets in ascending id.
    """
    return ledger.lock(wallet_id=wallet_id)


@transaction.atomic
def close_wallet(*, wallet: Wallet, reason: str, actor: Actor) -> Wallet:
    """Close the wallet for good: what is left in it lapses, nothing comes in or goes out after.

    Debt stays visible, and what is clawed back later adds to it. Pay money back first where it
    is owed.

    Raises `ReasonRequired`, `WalletHasOpenHolds`, and `WalletStatusUnchanged` where it is closed
    already.
    """
    why = require_reason(reason)
    ledger.lock(wallet_id=wallet.pk)
    closed = _change_status(
        wallet=wallet,
        start={WalletStatus.ACTIVE, WalletStatus.PAUSED},
        end=WalletStatus.CLOSED,
        reason=why,
        actor=actor,
    )
    open_holds = ledger.empty(wallet_id=wallet.pk, actor=actor, reason=why)
    if open_holds:
        raise WalletHasOpenHolds(
            "Release or capture its open holds first, or wait until they time out.",
            open_holds=open_holds,
        )
    closed.refresh_from_db()
    return closed


EVENTS = {
    WalletStatus.ACTIVE: EventKind.WALLET_RESUMED,
    WalletStatus.PAUSED: EventKind.WALLET_PAUSED,
    WalletStatus.CLOSED: EventKind.WALLET_CLOSED,
}


@transaction.atomic
def _change_status(
    *, wallet: Wallet, start: set[WalletStatus], end: WalletStatus, reason: str, actor: Actor
) -> Wallet:
    why = require_reason(reason)
    locked = ledger.lock(wallet_id=wallet.pk)
    before = WalletStatus(locked.status)
    if before not in start:
        raise WalletStatusUnchanged(_why_not(before, end), wallet_status=locked.status)
    locked.status = end
    locked.status_reason = "" if end == WalletStatus.ACTIVE else why
    locked.save(update_fields=["status", "status_reason"])
    WalletStatusChange.objects.create(
        wallet=locked, from_status=before, to_status=end, reason=why, actor=str(actor)
    )
    WalletEvent.objects.create(
        wallet=locked, kind=EVENTS[end], data={"reason": why}, created_at=clock.now()
    )
    return locked


def _why_not(before: WalletStatus, end: WalletStatus) -> str:
    if before == end:
        return f"The wallet is {before.label.lower()} already."
    return f"The wallet is {before.label.lower()} and can't become {end.label.lower()}."
