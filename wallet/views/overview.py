"""The wallet's figures."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from creditsite.kernel.chart import Chart
from wallet.access import own_wallet
from wallet.models import Wallet
from wallet.reports.figures import wallet_figures
from wallet.reports.first_steps import first_steps
from wallet.reports.forecast import forecast_sentence
from wallet.reports.history import history_page
from wallet.reports.recent import Recent, recent_of
from wallet.reports.usage import UsageLine
from wallet.reports.usage_chart import usage_chart

NEWEST_ENTRIES = 8
CHARTED_DAYS = 30


@login_required
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Show what the wallet holds and its newest entries; operators are led to their admin."""
    if request.user.is_staff and not Wallet.objects.filter(customer=request.user).exists():
        return redirect("admin:index")
    wallet = own_wallet(request)
    recent = recent_of(wallet)
    newest = history_page(wallet, size=NEWEST_ENTRIES).entries
    return render(
        request,
        "wallet/overview.html",
        {
            "figures": wallet_figures(wallet),
            "recent": recent,
            "forecast": forecast_sentence(recent.forecast),
            "chart": _chart(recent),
            "entries": newest,
            "first_steps": first_steps(wallet, newest),
        },
    )


def _chart(recent: Recent) -> Chart | None:
    """Return the chart of the last whole days; None where nothing was used in them."""
    first = recent.first(CHARTED_DAYS)
    lines = [
        UsageLine(credits=use.net, day=use.day, service_name=use.service_name)
        for use in recent.use
        if use.day >= first
    ]
    return usage_chart(lines, first, recent.last) if lines else None


@login_required
@require_GET
def figures(request: HttpRequest) -> HttpResponse:
    """Show the figures alone, for the page that keeps them fresh."""
    return render(request, "wallet/_figures.html", {"figures": wallet_figures(own_wallet(request))})
