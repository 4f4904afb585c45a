"""Pause and resume all spending."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from creditsite.kernel import clock
from creditsite.kernel.actor import Actor
from wallet.actions.reasons import require_reason
from wallet.errors import SystemPauseUnchanged
from wallet.models import SystemPause


def pause_system(*, reason: str, actor: Actor) -> SystemPause:
    """Stop new spends and holds of all wallets until `resume_system`.

    Captures, releases, reversals and grants go on: they settle what was begun or paid. The
    reason is shown to customers. Raises `ReasonRequired`, and `SystemPauseUnchanged` where the
    system is paused already.
    """
    why = require_reason(reason)
    try:
        with transaction.atomic():
            return SystemPause.objects.create(reason=why, paused_by=str(actor))
    except IntegrityError as error:
        raise SystemPauseUnchanged("The system is paused already.") from error


def resume_system(*, actor: Actor) -> SystemPause:
    """Let wallets be spent from again. Raises `SystemPauseUnchanged` where nothing is paused."""
    with transaction.atomic():
        pause = SystemPause.objects.select_for_update().filter(resumed_at=None).first()
        if pause is None:
            raise SystemPauseUnchanged("The system is not paused.")
        pause.resumed_at = clock.now()
        pause.resumed_by = str(actor)
        pause.save(update_fields=["resumed_at", "resumed_by"])
        return pause
