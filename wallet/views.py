"""The customer's wallet pages."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from wallet.access import own_wallet
from wallet.forms import HistoryFilterForm, KeysetForm
from wallet.models import LedgerEntry, Wallet
from wallet.reports.explain import drawn_lots, entry_detail
from wallet.reports.figures import wallet_figures
from wallet.reports.history import history_page

NEWEST_ENTRIES = 8


@login_required
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Show what the wallet holds and its newest entries; operators are led to their admin."""
    if request.user.is_staff and not Wallet.objects.filter(customer=request.user).exists():
        return redirect("admin:index")
    wallet = own_wallet(request)
    newest = history_page(wallet, size=NEWEST_ENTRIES)
    return render(
        request,
        "wallet/overview.html",
        {
            "figures": wallet_figures(wallet),
            "entries": newest.entries,
            "has_entries": bool(newest.entries),
        },
    )


@login_required
@require_GET
def figures(request: HttpRequest) -> HttpResponse:
    """Show the figures alone, for the page that keeps them fresh."""
    return render(request, "wallet/_figures.html", {"figures": wallet_figures(own_wallet(request))})


@login_required
@require_GET
def history(request: HttpRequest) -> HttpResponse:
    """Show the wallet's entries, filtered, a page at a time. A bad filter shows everything."""
    filter_form = HistoryFilterForm(request.GET)
    keyset_form = KeysetForm(request.GET)
    chosen = filter_form.cleaned_data if filter_form.is_valid() else {}
    start = keyset_form.cleaned_data if keyset_form.is_valid() else {}
    page = history_page(own_wallet(request), **chosen, **start)
    return render(
        request,
        "wallet/history.html",
        {
            "entries": page.entries,
            "newer_url": _page_url(request, "after", page.newer_than),
            "older_url": _page_url(request, "before", page.older_than),
            "filter_form": filter_form,
            "is_filtered": any(chosen.values()),
        },
    )


@login_required
@require_GET
def entry(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Explain one entry of the customer's own wallet."""
    found = get_object_or_404(
        LedgerEntry.objects.select_related("service", "rate", "wallet"),
        pk=entry_id,
        wallet=own_wallet(request),
    )
    return render(
        request,
        "wallet/entry.html",
        {"entry": entry_detail(found), "lots": drawn_lots(found)},
    )


def _page_url(request: HttpRequest, name: str, sequence: int | None) -> str | None:
    if sequence is None:
        return None
    query = QueryDict(mutable=True)
    for kept in ("kind", "service"):
        if request.GET.get(kept):
            query[kept] = request.GET[kept]
    query[name] = str(sequence)
    return f"{reverse('wallet:history')}?{query.urlencode()}"
