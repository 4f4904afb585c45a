"""`manage.py verify_ledger`: prove that the ledger keeps its own rules."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from wallet.models import Wallet
from wallet.verification import Fault, verify_wallets


class Command(BaseCommand):
    """Exit 0 and say how much was checked, or 1 with the first fault of each kind."""

    help = "Check chain, sequence, balances, lots and costs of every wallet, or of one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--wallet", type=int, help="check this wallet alone")

    def handle(self, *args: Any, **options: Any) -> None:
        wallet_id: int | None = options["wallet"]
        if wallet_id is not None and not Wallet.objects.filter(pk=wallet_id).exists():
            raise CommandError(f"There is no wallet {wallet_id}.", returncode=2)
        wallets = entries = 0
        first_faults: dict[str, Fault] = {}
        for progress in verify_wallets(wallet_id=wallet_id):
            wallets += progress.wallets
            entries += progress.entries
            for fault in progress.faults:
                first_faults.setdefault(fault.check, fault)
            if options["verbosity"] > 0:
                self.stdout.write(f"{wallets:,} wallets, {entries:,} entries checked")
        for fault in first_faults.values():
            place = f"entry {fault.sequence}" if fault.sequence else "the wallet"
            self.stderr.write(f"{fault.check}: wallet {fault.wallet_id}, {place}: {fault.detail}")
        if first_faults:
            raise CommandError("The ledger has faults.")
        self.stdout.write(
            self.style.SUCCESS(f"No fault: {wallets:,} wallets, {entries:,} entries.")
        )
