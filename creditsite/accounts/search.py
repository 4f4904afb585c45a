"""The search for people in the operators' admin."""

from __future__ import annotations

from django.db.models import Q

from creditsite.accounts.models import User
from creditsite.kernel.search import Find

MOST_PEOPLE = 20


def people_called(term: str) -> list[int]:
    """Return the ids of whoever has the address, or of the first whose address begins so."""
    address = term.lower()
    # Addresses are kept in lower case: the index over their beginnings serves it.
    people = User.objects.filter(email__startswith=address).order_by("email")
    found = list(people.values_list("pk", "email")[:MOST_PEOPLE])
    exact = [person for person, email in found if email == address]
    return exact or [person for person, _ in found]


def person(column: str = "pk") -> Find:
    """Return the step that takes the term for the beginning of a person's address."""

    def find(term: str) -> Q | None:
        people = people_called(term)
        return Q(**{f"{column}__in": people}) if people else None

    return find
