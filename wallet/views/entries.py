"""The wallet's entries: the history, and one explained."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from creditsite.kernel import clock
from creditsite.kernel.forms import KeysetForm
from wallet.access import own_wallet
from wallet.forms import HistoryFilterForm
from wallet.reports.explain import explain_entry, explainable_entries
from wallet.reports.history import LOOKED_THROUGH, HistoryFilter, history_page
from wallet.reports.history_csv import csv_lines


@login_required
@require_GET
def history(request: HttpRequest) -> HttpResponse:
    """Show the wallet's entries, filtered, a page at a time. A bad filter shows everything."""
    return _page(request, HistoryFilterForm(request.GET))


@login_required
@require_GET
def history_download(request: HttpRequest) -> HttpResponseBase:
    """Answer exactly what the filter lets through as a CSV file, however long, as it is read."""
    filter_form = HistoryFilterForm(request.GET)
    if not filter_form.is_valid():
        return _page(request, filter_form, status=400)
    wallet = own_wallet(request)
    return StreamingHttpResponse(
        csv_lines(wallet, filter_form.chosen),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="history-{clock.now():%Y-%m-%d}.csv"'
        },
    )


def _page(request: HttpRequest, filter_form: HistoryFilterForm, status: int = 200) -> HttpResponse:
    keyset_form = KeysetForm(request.GET)
    chosen = filter_form.chosen if filter_form.is_valid() else HistoryFilter()
    start = keyset_form.cleaned_data if keyset_form.is_valid() else {}
    page = history_page(own_wallet(request), chosen, **start)
    kept = filter_form.query
    return render(
        request,
        "wallet/history.html",
        {
            "entries": page.entries,
            "newer_url": _page_url(kept, "after", page.newer_than),
            "older_url": _page_url(kept, "before", page.older_than),
            "csv_url": f"{reverse('wallet:history_download')}?{kept}",
            "filter_form": filter_form,
            "is_filtered": chosen.is_set,
            "is_cut": page.is_cut,
            "looked_through": f"{LOOKED_THROUGH:,}",
        },
        status=status,
    )


@login_required
@require_GET
def entry(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Explain one entry of the customer's own wallet."""
    found = get_object_or_404(explainable_entries(), pk=entry_id, wallet=own_wallet(request))
    return render(request, "wallet/entry.html", {"entry": explain_entry(found)})


def _page_url(kept: str, name: str, sequence: int | None) -> str | None:
    if sequence is None:
        return None
    return f"{reverse('wallet:history')}?{kept}{'&' if kept else ''}{name}={sequence}"
