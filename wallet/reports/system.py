"""Whether credits can be spent at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from wallet.models import SystemPause


@dataclass(frozen=True)
class SystemState:
    """Whether spending is on; while it is off, why and since when.

    What the settings switch off (`by_settings`) no operator can switch on.
    """

    is_on: bool
    by_settings: bool = False
    reason: str = ""
    paused_at: datetime | None = None
    paused_by: str = ""


def system_state() -> SystemState:
    """Return whether credits can be spent now. One query at most."""
    if not settings.CREDIT_SYSTEM_ENABLED:
        return SystemState(is_on=False, by_settings=True)
    pause = SystemPause.current()
    if pause is None:
        return SystemState(is_on=True)
    return SystemState(
        is_on=False,
        reason=pause.reason,
        paused_at=pause.paused_at,
        paused_by=pause.paused_by,
    )
