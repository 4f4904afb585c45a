"""`manage.py export_heads`: write down, signed, where every wallet's chain stands."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any, TextIO, cast

from django.core.management.base import BaseCommand

from wallet.heads import export_heads, write_heads


class Command(BaseCommand):
    """Keep the file where who can write to the database can't: `verify_ledger --heads` reads it."""

    help = "Write the head of every wallet's chain, a line each, with a signed last line."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--output", type=Path, help="write to this file, not to the screen")
        parser.add_argument(
            "--accept",
            action="store_true",
            help="write to LEDGER_HEADS_DIR: the nightly verification takes these for its measure",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["accept"]:
            self.stderr.write(f"Heads written to {export_heads()}")
            return
        path: Path | None = options["output"]
        if path is None:
            write_heads(cast(TextIO, self.stdout._out))
            return
        draft = path.with_name(f"{path.name}.draft")
        with draft.open("w", encoding="ascii") as output:
            count = write_heads(output)
        draft.replace(path)
        self.stderr.write(f"{count:,} heads written to {path}")
