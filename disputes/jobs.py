"""The app's jobs by name, for what defers them; what they do stands in `disputes.tasks`.

Deferred on the caller's connection: a job exists exactly when the caller's change does.
"""

from __future__ import annotations

from procrastinate.contrib.django import app

from disputes.models import Dispute

RULE_AUTOMATICALLY = "disputes.rule_automatically"


def defer_automatic_ruling(dispute: Dispute) -> None:
    """Have the rules that are switched to automatic looked at for a new case."""
    app.configure_task(RULE_AUTOMATICALLY).defer(dispute=dispute.pk)
