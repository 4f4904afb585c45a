"""`manage.py encrypt_factors`: the last step of changing SECRET_KEY."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from creditsite.accounts.actions import encrypt_factors_anew
from creditsite.kernel.errors import DomainError


class Command(BaseCommand):
    """Exit 0 once no secret needs SECRET_KEY_FALLBACKS any more, 1 with nothing changed."""

    help = "Encrypt the secrets of all second factors with the SECRET_KEY of today."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = encrypt_factors_anew()
        except DomainError as refusal:
            raise CommandError("A factor was encrypted with a key that is not set.") from refusal
        self.stdout.write(self.style.SUCCESS(f"{count} factors are under the newest key."))
