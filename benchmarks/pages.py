"""The lists and reports that are timed, each an address and who asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.test import RequestFactory
from django.urls import reverse

from benchmarks.mass_records import OPERATOR, RARE, SERVICES
from creditsite.accounts.models import User
from creditsite.kernel import clock
from wallet.admin import LedgerEntryAdmin
from wallet.admin.report_pages import REPORTS
from wallet.models import LedgerEntry, Service, Wallet

# Whose lists are of this site's own rows; dj-stripe's copies are all alike.
COPIES = "djstripe"
ONE_COPY = "event"
MOST_CHOICES = 12


@dataclass(frozen=True)
class Page:
    """A page: its name, address, who asks, and whether it sums up rather than lists."""

    name: str
    address: str
    person: str
    is_report: bool = False


def pages(wallet: Wallet) -> Iterator[Page]:
    """Yield every page; those of a customer are of this wallet."""
    yield from _customers_pages(wallet)
    yield from _admin_pages(wallet)
    yield from _admin_lists(wallet)
    yield from _reports()


def _customers_pages(wallet: Wallet) -> Iterator[Page]:
    person, today = wallet.customer.email, clock.now().date()
    month, year = today - timedelta(days=30), today - timedelta(days=364)
    middle = wallet.sequence // 2
    history: dict[str, dict[str, Any]] = {
        "": {},
        "middle": {"before": middle},
        "newer": {"after": middle},
        "end": {"before": 20},
        **{kind: {"kind": kind} for kind in ("spend", "grant", "reversal", "clawback")},
        "service": {"service": SERVICES[0]},
        "service never used": {"service": RARE},
        "kind and service": {"kind": "reversal", "service": SERVICES[0]},
        "a day": {"start": month, "end": month},
        "kind, old days": {"kind": "grant", "start": year, "end": month},
        "text": {"text": "invoices"},
        "text not found": {"text": "nowhere"},
    }
    for name, asked in history.items():
        yield Page(_named("history", name), _address("wallet:history", asked), person)
    entries: dict[str, dict[str, Any]] = {
        "": {},
        "kind": {"kind": "expiry"},
        "service": {"service": SERVICES[0]},
        "at": {"at": f"{month}T00:00:00Z"},
        "kind, at": {"kind": "grant", "at": f"{year}T12:00:00Z"},
        "200": {"limit": 200},
    }
    for name, asked in entries.items():
        yield Page(_named("API entries", name), _address("api_entries", asked), person)
    others = {
        "invoices": "billing:invoices",
        "disputes": "disputes:list",
        "API disputes": "api_disputes",
        "API invoices": "invoices",
    }
    for name, route in others.items():
        yield Page(name, reverse(route), person)
    newest = LedgerEntry.objects.filter(wallet=wallet).order_by("-sequence")[0].pk
    yield Page("entry", reverse("wallet:entry", args=[newest]), person)
    yield Page("overview", reverse("wallet:overview"), person, is_report=True)
    usage: dict[str, dict[str, Any]] = {
        "": {},
        "90 days": {"days": 90},
        "a year": {"start": year, "end": today},
    }
    for name, asked in usage.items():
        yield Page(_named("usage", name), _address("wallet:usage", asked), person, is_report=True)
    asked = {"from": year, "to": today, "group": "day,service"}
    yield Page("API usage, a year", _address("api_usage", asked), person, is_report=True)


def _admin_pages(wallet: Wallet) -> Iterator[Page]:
    yield Page("front of the admin", reverse("admin:index"), OPERATOR, is_report=True)
    yield Page("billing issues", reverse("admin:billing_issues"), OPERATOR)
    page = reverse("admin:wallet_wallet_change", args=[wallet.pk])
    yield Page("admin: a wallet", page, OPERATOR)
    old = clock.now() - timedelta(days=200)
    yield Page("admin: a wallet long ago", f"{page}?at={old:%Y-%m-%dT%H:%M}", OPERATOR, True)


def _reports() -> Iterator[Page]:
    today = clock.now().date()
    for report in REPORTS:
        for days, step in ((30, "day"), (365, "day"), (365, "month")):
            asked = {"start": today - timedelta(days=days - 1), "end": today, "step": step}
            name = f"report {report.name}, {days} days by {step}"
            yield Page(name, f"{report.url}?{urlencode(asked)}", OPERATOR, is_report=True)


def _admin_lists(wallet: Wallet) -> Iterator[Page]:
    for model_admin in admin.site._registry.values():
        opts = model_admin.opts
        if opts.app_label == COPIES and opts.model_name != ONE_COPY:
            continue
        address = reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
        name = f"list {opts.app_label}.{opts.model_name}"
        yield Page(name, address, OPERATOR)
        for words, query in _choices(model_admin, address):
            yield Page(f"{name}, {words}", f"{address}{query}", OPERATOR)
        for term in _terms(model_admin, wallet):
            yield Page(f"{name}, q={term}", f"{address}?{urlencode({'q': term})}", OPERATOR)


def _choices(model_admin: Any, address: str) -> Iterator[tuple[str, str]]:
    """Yield what the list's own links lead to: its last page, orders, and each filter's choice."""
    request = RequestFactory().get(address)
    request.user = User.objects.get(email=OPERATOR)
    shown = model_admin.get_changelist_instance(request)
    if shown.multi_page:
        yield "last page", f"?p={shown.paginator.num_pages}"
    yield "in another order", "?o=2"
    if isinstance(model_admin, LedgerEntryAdmin):
        day, rare = clock.now().date() - timedelta(days=100), Service.objects.get(slug=RARE)
        yield "a day long ago", f"?day={day}"
        yield "a rare service on it", f"?day={day}&service__id__exact={rare.pk}"
        yield "of a wallet", "?wallet__id__exact=1&kind__exact=reversal"
    for spec in shown.filter_specs:
        for choice in list(spec.choices(shown))[1 : MOST_CHOICES + 1]:
            yield f"{spec.title}: {choice['display']}", choice["query_string"]


def _terms(model_admin: Any, wallet: Wallet) -> Iterator[str]:
    """Yield what is searched for: a person, a number, a key, and nothing that is there."""
    if not model_admin.get_search_fields(RequestFactory().get("/")):
        return
    yield from (wallet.customer.email, "customer1", str(wallet.pk), "nowhere")
    newest = LedgerEntry.objects.filter(wallet=wallet).order_by("-sequence")[0]
    yield newest.idempotency_key


def _named(what: str, how: str) -> str:
    return f"{what}, {how}" if how else what


def _address(route: str, asked: dict[str, Any]) -> str:
    return f"{reverse(route)}?{urlencode(asked)}"
