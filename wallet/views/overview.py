"""The wallet's figures."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from wallet.access import own_wallet
from wallet.models import Wallet
from wallet.reports.figures import wallet_figures
from wallet.reports.first_steps import first_steps
from wallet.reports.forecast import forecast_sentence
from wallet.reports.history import history_page
from wallet.reports.recent import recent_of

NEWEST_ENTRIES = 8


@login_required
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Show what the wallet holds and its newest entries; operators are led to their admin."""
    if request.user.is_staff and not Wallet.objects.filter(customer=request.user).exists():
        return redirect("admin:index")
    wallet = own_wallet(request)
    newest = history_page(wallet, size=NEWEST_ENTRIES).entries
    shown = {
        "figures": wallet_figures(wallet),
        "entries": newest,
        "first_steps": first_steps(wallet, newest),
    }
    if not shown["first_steps"]:
        recent = recent_of(wallet)
        shown |= {"recent": recent, "forecast": forecast_sentence(recent.forecast)}
    return render(request, "wallet/overview.html", shown)


@login_required
@require_GET
def figures(request: HttpRequest) -> HttpResponse:
    """Show the figures alone, for the page that keeps them fresh."""
    return render(request, "wallet/_figures.html", {"figures": wallet_figures(own_wallet(request))})
