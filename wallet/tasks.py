"""What the wallet does outside of requests."""

from __future__ import annotations

from procrastinate.contrib.django import app

from wallet.actions import expire_grants


@app.periodic(cron="* * * * *")
@app.task(name="wallet.expire_grants", queueing_lock="expire_grants")
def sweep(timestamp: int) -> None:
    """Post what is due: overdue holds and expired lots. What wallets show does not wait for it."""
    expire_grants()
