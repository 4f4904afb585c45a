"""The search for wallets in the operators' admin."""

from __future__ import annotations

from django.db.models import Q

from creditsite.accounts.search import people_called
from creditsite.kernel.search import Find, number_in
from wallet.models import Wallet

# How lists of what belongs to wallets name what they are searched by.
BY_WALLET = "Wallet id, or the beginning of the customer's e-mail address"


def wallets_called(term: str) -> list[int]:
    """Return the ids of the wallets that the term means: by their number, else by address."""
    asked = number_in(term)
    if asked is not None:
        return list(Wallet.objects.filter(pk=asked).values_list("pk", flat=True))
    people = people_called(term)
    found = Wallet.objects.filter(customer__in=people) if people else Wallet.objects.none()
    return list(found.order_by("pk").values_list("pk", flat=True))


def of_wallet(column: str = "wallet") -> Find:
    """Return the step that takes the term for a wallet's number or its customer's address."""

    def find(term: str) -> Q | None:
        wallets = wallets_called(term)
        return Q(**{f"{column}__in": wallets}) if wallets else None

    return find
