"""`manage.py roll_up_ledger`: bring what reports are made of up to date, or make it anew."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from wallet.actions.ledger_hours import forget_hours, roll_up_ledger


class Command(BaseCommand):
    """Sum the hours that are over; the job does so by itself every ten minutes."""

    help = "Sum up what moved in the hours that are over, for reports."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--anew", action="store_true", help="forget all sums first")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["anew"]:
            self.stdout.write(f"Forgotten: {forget_hours():,} sums.")
        self.stdout.write(self.style.SUCCESS(f"Summed: {roll_up_ledger():,}."))
