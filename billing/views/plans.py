"""Plans: compare them, begin one."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from billing.actions import start_subscription
from billing.forms import BeginForm
from billing.reports.plans import live_subscription, own_subscription, plans_for
from billing.views.going_on import go_on
from creditsite.accounts.models import User
from wallet.access import own_wallet
from wallet.reports.system import system_state


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def plans(request: HttpRequest) -> HttpResponse:
    """Show the plans; on POST begin one and lead on to its Checkout."""
    if request.method != "POST":
        return render(request, "billing/plans.html", _page(request))
    form = BeginForm(request.POST)
    if not form.is_valid():
        return render(request, "billing/plans.html", _page(request), status=400)
    assert isinstance(request.user, User)
    started = start_subscription(
        wallet=own_wallet(request),
        package=form.cleaned_data["package"],
        actor=request.user.actor,
    )
    subscription = started.subscription
    return go_on(request, subscription.checkout_url if subscription.is_incomplete else request.path)


def _page(request: HttpRequest) -> dict[str, Any]:
    assert isinstance(request.user, User)
    wallet = own_wallet(request)
    live = live_subscription(wallet)
    return {
        "plans": plans_for(request.user, live),
        "subscription": own_subscription(live) if live else None,
        "wallet": wallet,
        "system": system_state(),
    }
