"""Alerts and limits of the wallet."""

from __future__ import annotations

from decimal import Decimal

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from wallet.access import own_wallet
from wallet.actions import remove_limit, set_limit
from wallet.actions.alerts import set_alerts
from wallet.errors import CreditsOutOfRange
from wallet.forms import AlertsForm, LimitForm
from wallet.models import LimitPeriod, SpendLimit, Wallet
from wallet.reports.limits import wallet_limits


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def alerts(request: HttpRequest) -> HttpResponse:
    """Show alerts and limits; on POST say when to warn."""
    wallet = own_wallet(request)
    if request.method != "POST":
        return _page(request, wallet)
    form = AlertsForm(request.POST)
    if form.is_valid():
        try:
            set_alerts(wallet=wallet, **form.cleaned_data)
        except CreditsOutOfRange as refusal:
            form.add_error("below", refusal.detail)
        else:
            messages.success(request, "Your alerts are saved.")
            return redirect("wallet:alerts")
    return _page(request, wallet, alerts_form=form)


@login_required
@require_POST
def limits(request: HttpRequest) -> HttpResponse:
    """Set a limit, or another number for it."""
    wallet = own_wallet(request)
    form = LimitForm(request.POST)
    if form.is_valid():
        try:
            set_limit(
                wallet=wallet,
                service=form.cleaned_data["service"],
                period=LimitPeriod(form.cleaned_data["period"]),
                credits=form.cleaned_data["credits"],
            )
        except CreditsOutOfRange as refusal:
            form.add_error("credits", refusal.detail)
        else:
            messages.success(request, "The limit is set. It counts at once.")
            return redirect("wallet:alerts")
    return _page(request, wallet, limit_form=form)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def limit_remove(request: HttpRequest, limit_id: int) -> HttpResponse:
    """Ask once more, then remove the limit."""
    wallet = own_wallet(request)
    limit = get_object_or_404(SpendLimit, pk=limit_id, wallet=wallet)
    if request.method == "POST":
        remove_limit(wallet=wallet, service=limit.service, period=LimitPeriod(limit.period))
        messages.success(request, "The limit is removed.")
        return redirect("wallet:alerts")
    shown = next((one for one in wallet_limits(wallet) if one.id == limit_id), None)
    if shown is None:
        raise Http404("The limit was removed meanwhile.")
    return render(request, "wallet/limit_remove.html", {"limit": shown})


def _page(
    request: HttpRequest,
    wallet: Wallet,
    *,
    alerts_form: AlertsForm | None = None,
    limit_form: LimitForm | None = None,
) -> HttpResponse:
    chosen = {
        "below": _plain(wallet.alert_below),
        "days": wallet.alert_days,
        "expiry_days": wallet.alert_expiry_days,
        "limits": wallet.alert_limits,
    }
    return render(
        request,
        "wallet/alerts.html",
        {
            "alerts_form": alerts_form or AlertsForm(initial=chosen),
            "limit_form": limit_form or LimitForm(),
            "limits": wallet_limits(wallet),
        },
        status=400 if alerts_form or limit_form else 200,
    )


def _plain(credits: Decimal | None) -> str | None:
    """Write credits as a person would enter them."""
    return None if credits is None else f"{credits.normalize():f}"
