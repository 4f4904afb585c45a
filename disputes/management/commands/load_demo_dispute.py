"""`manage.py load_demo_dispute`: a case for an operator to begin with."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from creditsite.kernel import clock
from disputes.actions import open_dispute
from disputes.models import DisputeReason
from wallet.demo import CUSTOMER
from wallet.models import LedgerEntry, Wallet

SERVICE = "web-scraping"
EXPLANATION = (
    "The price watch broke off half-way and gave us no result, yet all pages were charged."
    " Please give these credits back."
)


class Command(BaseCommand):
    """Have the demo's customer contest a run that failed; again changes nothing."""

    help = "Open a dispute in the demo. Not for a site that takes real money."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        if settings.STRIPE_LIVE_MODE:
            raise CommandError("The demo is not for a site that takes real money.")
        wallet = Wallet.objects.filter(customer__email=CUSTOMER).first()
        if wallet is None:
            raise CommandError("There is no demo yet. Run load_demo_data first.")
        spend = _failed_run(wallet)
        if spend is None or not settings.CREDIT_DISPUTE_ENABLED or wallet.disputes.exists():
            return
        open_dispute(
            wallet=wallet,
            reason=DisputeReason.FAILED_RUN,
            explanation=EXPLANATION,
            charges={spend.pk: None},
            actor=wallet.customer.actor,
        )
        self.stdout.write(self.style.SUCCESS("The demo has a dispute."))


def _failed_run(wallet: Wallet) -> LedgerEntry | None:
    failed = LedgerEntry.objects.filter(
        wallet=wallet,
        service__slug=SERVICE,
        metadata__outcome="failed",
        created_at__gt=clock.now() - settings.DISPUTE_WINDOW,
    )
    newest_first = failed.spends_with_left().order_by("-sequence")
    return next((spend for spend in newest_first if spend.left), None)
