"""Invoices and receipts, and the way to Stripe's portal."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from billing.actions import open_portal
from billing.reports.invoices import invoice_page
from billing.views.going_on import go_on
from creditsite.accounts.models import User
from creditsite.kernel.forms import KeysetForm
from wallet.access import own_wallet


@login_required
@never_cache
@require_GET
def invoices(request: HttpRequest) -> HttpResponse:
    """Show the customer's invoices, a page at a time."""
    form = KeysetForm(request.GET)
    page = invoice_page(own_wallet(request), **(form.cleaned_data if form.is_valid() else {}))
    return render(
        request,
        "billing/invoices.html",
        {
            "invoices": page.invoices,
            "newer_url": _page_url("after", page.newer_than),
            "older_url": _page_url("before", page.older_than),
        },
    )


@login_required
@require_POST
def portal(request: HttpRequest) -> HttpResponse:
    """Lead on to Stripe's portal."""
    assert isinstance(request.user, User)
    return go_on(request, open_portal(customer=request.user))


def _page_url(name: str, key: int | None) -> str | None:
    return None if key is None else f"{reverse('billing:invoices')}?{name}={key}"
