"""What the wallet does outside of requests."""

from __future__ import annotations

from procrastinate.contrib.django import app

from wallet import jobs
from wallet.actions import carry_on_compensations, compensate_some, expire_grants
from wallet.actions.alerts import watch_run_out
from wallet.actions.expiry_notices import watch_expiry
from wallet.actions.ledger_hours import roll_up_ledger
from wallet.actions.mails import mail_events
from wallet.actions.usage import roll_up_usage
from wallet.actions.verification import verify_ledger
from wallet.models import Compensation
from wallet.reports.forecast import forecasts


@app.periodic(cron="* * * * *")
@app.task(name="wallet.expire_grants", queueing_lock="expire_grants")
def sweep(timestamp: int) -> None:
    """Post what is due: overdue holds and expired lots. What wallets show does not wait for it."""
    expire_grants()


@app.periodic(cron="*/5 * * * *")
@app.task(name="wallet.roll_up_usage", queueing_lock="roll_up_usage")
def roll_up(timestamp: int) -> None:
    """Sum usage up over all wallets."""
    roll_up_usage()


@app.periodic(cron="*/10 * * * *")
@app.task(name="wallet.roll_up_ledger", queueing_lock="roll_up_ledger")
def roll_up_hours(timestamp: int) -> None:
    """Sum up what moved in the hours that are over, for reports."""
    roll_up_ledger()


@app.periodic(cron="7 * * * *")
@app.task(name="wallet.watch_run_out", queueing_lock="watch_run_out")
def watch(timestamp: int) -> None:
    """Tell wallets whose credits last for too few days."""
    watch_run_out(outlooks=forecasts)


@app.periodic(cron="37 * * * *")
@app.task(name="wallet.watch_expiry", queueing_lock="watch_expiry")
def look_ahead(timestamp: int) -> None:
    """Tell wallets of credits that expire soon."""
    watch_expiry()


@app.periodic(cron="* * * * * */30")
@app.task(name="wallet.mail_events", queueing_lock="mail_events")
def mail(timestamp: int) -> None:
    """Mail customers what happened to their wallets."""
    mail_events()


@app.periodic(cron="23 3 * * *")
@app.task(name="wallet.verify_ledger", queueing_lock="verify_ledger")
def verify(timestamp: int) -> None:
    """Verify the whole ledger and export its signed heads."""
    verify_ledger()


@app.task(name=jobs.COMPENSATE)
def compensate(*, compensation: int) -> None:
    """Settle the charges of a compensation, step by step."""
    under_way = Compensation.objects.get(pk=compensation)
    while compensate_some(compensation=under_way):
        pass


@app.periodic(cron="* * * * *")
@app.task(name="wallet.carry_on_compensations", queueing_lock="carry_on_compensations")
def carry_on(timestamp: int) -> None:
    """Go on with compensations whose job broke off or failed."""
    carry_on_compensations()
