"""`manage.py reset_factors`: take a person's lost second factor away."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from creditsite.accounts.actions import reset_factors
from creditsite.accounts.models import User
from creditsite.kernel.errors import DomainError
from creditsite.kernel.texts import said_in


class Command(BaseCommand):
    """Exit 0 once the factors are gone, 1 with why they are not."""

    help = "Reset the second factor of a person who lost it, in the name of an operator."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="whose factors")
        parser.add_argument("--by", required=True, help="the address of the operator who decides")
        parser.add_argument("--reason", required=True, help="why; stands in the audit log")

    def handle(self, *args: Any, **options: Any) -> None:
        reason = said_in(options["reason"])
        if not reason:
            raise CommandError("Give a reason.")
        person, operator = _person(options["email"]), _person(options["by"])
        try:
            count = reset_factors(person=person, operator=operator, reason=reason)
        except DomainError as refusal:
            raise CommandError(refusal.detail) from refusal
        self.stdout.write(self.style.SUCCESS(f"{person.email}: {count} factors taken away."))


def _person(email: str) -> User:
    person = User.objects.filter(email=email.strip().lower()).first()
    if person is None:
        raise CommandError(f"Nobody has the address {email}.")
    return person
