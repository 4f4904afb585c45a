"""`manage.py verify_ledger`: prove that the ledger keeps its own rules."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from wallet.heads import HeadsUnreadable, WalletHead, read_heads
from wallet.models import Wallet
from wallet.verification import Fault, first_of_each_rule, verify_heads, verify_wallets


class Command(BaseCommand):
    """Exit 0 and say how much was checked, or 1 with the first fault of each kind; 2: it can't."""

    help = "Check chain, balances, lots, prices, holds and usage of every wallet, or of one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--wallet", type=int, help="check this wallet alone")
        parser.add_argument(
            "--heads", type=Path, help="also check that the heads in this file are in the chains"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        wallet_id: int | None = options["wallet"]
        if wallet_id is not None and not Wallet.objects.filter(pk=wallet_id).exists():
            raise CommandError(f"There is no wallet {wallet_id}.", returncode=2)
        began = time.monotonic()
        wallets = entries = 0
        faults: list[Fault] = []
        for progress in verify_wallets(wallet_id=wallet_id):
            wallets += progress.wallets
            entries += progress.entries
            faults += progress.faults
            if options["verbosity"] > 0:
                self.stdout.write(f"{wallets:,} wallets, {entries:,} entries checked")
        if options["heads"]:
            faults += self._head_faults(options["heads"], wallet_id)
        for fault in first_of_each_rule(faults):
            self.stderr.write(str(fault))
        if faults:
            raise CommandError("The ledger has faults.")
        seconds = time.monotonic() - began
        self.stdout.write(
            self.style.SUCCESS(
                f"No fault: {wallets:,} wallets, {entries:,} entries, {seconds:.1f} s."
            )
        )

    def _head_faults(self, path: Path, wallet_id: int | None) -> Iterator[Fault]:
        try:
            yield from verify_heads(_of_wallet(read_heads(path), wallet_id))
        except HeadsUnreadable as problem:
            raise CommandError(str(problem), returncode=2) from problem


def _of_wallet(heads: Iterator[WalletHead], wallet_id: int | None) -> Iterator[WalletHead]:
    return (head for head in heads if wallet_id in (None, head.wallet_id))
