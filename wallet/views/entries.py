"""The wallet's entries: the history, and one explained."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from creditsite.kernel.forms import KeysetForm
from wallet.access import own_wallet
from wallet.forms import HistoryFilterForm
from wallet.reports.explain import explain_entry, explainable_entries
from wallet.reports.history import history_page


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
    found = get_object_or_404(explainable_entries(), pk=entry_id, wallet=own_wallet(request))
    return render(request, "wallet/entry.html", {"entry": explain_entry(found)})


def _page_url(request: HttpRequest, name: str, sequence: int | None) -> str | None:
    if sequence is None:
        return None
    query = QueryDict(mutable=True)
    for kept in ("kind", "service"):
        if request.GET.get(kept):
            query[kept] = request.GET[kept]
    query[name] = str(sequence)
    return f"{reverse('wallet:history')}?{query.urlencode()}"
