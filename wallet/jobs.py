"""The app's jobs by name, for what defers them; what they do stands in `wallet.tasks`.

Deferred on the caller's connection: a job exists exactly when the caller's change does.
"""

from __future__ import annotations

from procrastinate.contrib.django import app

from wallet.models import Compensation

COMPENSATE = "wallet.compensate"


def defer_compensation(compensation: Compensation) -> None:
    """Have the charges of a compensation that was started settled."""
    app.configure_task(COMPENSATE).defer(compensation=compensation.pk)
