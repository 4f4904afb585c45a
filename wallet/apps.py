"""The wallet app; installs the ledger's SQL functions after every migrate."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate

from creditsite.kernel.sql import install_functions

SQL_DIRECTORY = Path(__file__).parent / "sql"


def install_ledger_functions(using: str, **_: Any) -> None:
    """Install `wallet/sql/*.sql` where the ledger's table stands."""
    if "wallet_ledgerentry" in connections[using].introspection.table_names():
        install_functions(SQL_DIRECTORY, using=using)


class WalletConfig(AppConfig):
    name = "wallet"

    def ready(self) -> None:
        post_migrate.connect(install_ledger_functions, sender=self)
