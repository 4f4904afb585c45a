"""What disputes do outside of requests."""

from __future__ import annotations

from procrastinate.contrib.django import app

from disputes import jobs
from disputes.actions import rule_automatically, watch_deadlines
from disputes.models import Dispute


@app.task(name=jobs.RULE_AUTOMATICALLY)
def rule(*, dispute: int) -> None:
    """Look at a new case with the rules that are switched to automatic."""
    rule_automatically(dispute=Dispute.objects.get(pk=dispute))


@app.periodic(cron="* * * * *")
@app.task(name="disputes.watch_deadlines", queueing_lock="watch_deadlines")
def watch(timestamp: int) -> None:
    """Remind, warn, escalate and close what is due."""
    watch_deadlines()
