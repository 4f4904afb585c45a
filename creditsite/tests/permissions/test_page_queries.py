"""No page takes more than 15 queries, nor one for each of its rows, whatever there is.

Pages are found from the URLconf, so that a new one is held to it without a test of its own.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection, reset_queries
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from billing.tests.stripe_account import StripeAccount
from creditsite.accounts.models import User
from creditsite.kernel.admin import QuickAdmin
from creditsite.tests.permissions.crowd import FEW, crowd
from creditsite.tests.permissions.routes import routes
from creditsite.tests.permissions.world import fill, people
from creditsite.tests.sandbox_fixtures import StripeSandbox

MOST_QUERIES = 15
# A customer, an operator by a role, a superuser.
LETTERS = "CFU"
OK = 200
LIST = re.compile(r"admin/(?!reports/)\w+/\w+/$")
# Tables that stay small: they are Django's own lists.
SMALL = {"auth.group", "billing.volumetier", "billing.promotion", "procrastinate.procrastinatejob"}
# What a test's transaction adds to an action's own.
NOT_OF_THE_PAGE = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")

Counts = dict[str, int]


def counts_of(person: User, values: dict[str, Any]) -> Counts:
    """Return the queries of each page that the person may open, by its route."""
    client = Client(raise_request_exception=False)
    client.force_login(person)
    counts: Counts = {}
    for route in routes():
        address = route.address(values)
        addresses = [address]
        if LIST.match(route.pattern):
            addresses += [f"{address}?q=customer", f"{address}?q={values['wallet_id']}"]
        for asked in addresses:
            found = _queries(client, asked)
            if found is not None:
                counts[asked] = found
            if "logout" in asked:
                client.force_login(person)
    return counts


def _queries(client: Client, address: str) -> int | None:
    """Return how many queries the page takes; None where there is none for them."""
    # What is kept of queries has an end.
    reset_queries()
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(address)
        if answer.streaming:
            list(answer)
    if answer.status_code != OK:
        return None
    statements = [query["sql"].lstrip() for query in captured.captured_queries]
    return sum(not statement.startswith(NOT_OF_THE_PAGE) for statement in statements)


@pytest.mark.long
def test_no_page_takes_more_queries_however_much_there_is(
    stripe_sandbox: StripeSandbox, settings: Settings, customer: User
) -> None:
    account = StripeAccount(stripe_sandbox.url, settings.STRIPE_SECRET_KEY)
    account.reset()
    values = fill(account, customer, settings.STRIPE_API_VERSION)
    found = people(customer)
    visitors = {letter: person for letter in LETTERS if (person := found[letter])}
    few = {letter: counts_of(person, values) for letter, person in visitors.items()}
    crowd(account, customer, values)
    many = {letter: counts_of(person, values) for letter, person in visitors.items()}
    assert sum(map(len, many.values())) > 300
    too_many = {
        (letter, page): count
        for counted in (few, many)
        for letter, pages in counted.items()
        for page, count in pages.items()
        if count > MOST_QUERIES
    }
    assert not too_many, _told(too_many)
    # A query for each row would be as many more as there are more rows.
    grown = {
        (letter, page): count
        for letter, pages in many.items()
        for page, count in pages.items()
        if count - few[letter].get(page, count) >= FEW - 1
    }
    assert not grown, _told(grown)


def test_lists_of_what_may_grow_are_quick() -> None:
    for model, shown in admin.site._registry.items():
        if model._meta.label_lower in SMALL:
            continue
        assert isinstance(shown, QuickAdmin), model
        # Both look through the whole table.
        assert shown.date_hierarchy is None, model
        assert not shown.show_full_result_count, model


def _told(found: dict[tuple[str, str], int]) -> str:
    return "\n".join(f"{letter} {page}: {count} queries" for (letter, page), count in found.items())
