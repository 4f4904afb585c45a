"""django-hordak: a transfer from a customer's account, as its documentation shows it.

Bare, it checks nothing: no balance, no repeated request. Guarded, it locks the customer's
account and looks at the balance first, which any use for prepaid credits needs.
"""

from __future__ import annotations

import random
from typing import Any

from django.db import transaction
from hordak.models import Account, AccountType
from moneyed import Money

from benchmarks.crew import Operation

CUSTOMERS = 1000
CURRENCY = "EUR"
START = Money(1_000_000, CURRENCY)
PRICE = Money(1, CURRENCY)


def open_accounts() -> dict[str, Any]:
    """Open customers' accounts with credits in them, and the account of what they spend."""
    cash = Account.objects.create(name="Cash", type=AccountType.asset, currencies=[CURRENCY])
    income = Account.objects.create(name="Sales", type=AccountType.income, currencies=[CURRENCY])
    customers = []
    with transaction.atomic():
        for number in range(CUSTOMERS):
            account = Account.objects.create(
                name=f"Customer {number}", type=AccountType.liability, currencies=[CURRENCY]
            )
            account.transfer_to(cash, START)
            customers.append(account.pk)
    return {"customers": customers, "income": income.pk}


def transferring(*, client: int, customers: list[int], income: int) -> Operation:
    """Transfer the price from a random customer; nothing is checked."""
    accounts = list(Account.objects.filter(pk__in=customers))
    sales = Account.objects.get(pk=income)

    def operation() -> int:
        sales.transfer_to(random.choice(accounts), PRICE)
        return 1

    return operation


def transferring_safely(*, client: int, customers: list[int], income: int) -> Operation:
    """Transfer the price from a random customer who has it, under the account's lock."""
    sales = Account.objects.get(pk=income)

    def operation() -> int:
        with transaction.atomic():
            account = Account.objects.select_for_update().get(pk=random.choice(customers))
            (balanced,) = Account.objects.with_balances().filter(pk=account.pk)
            if balanced.balance[CURRENCY] < PRICE:
                raise ValueError("The account does not hold enough.")
            sales.transfer_to(account, PRICE)
        return 1

    return operation
