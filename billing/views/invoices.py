"""Invoices and receipts, mails about them, and the way to Stripe's portal."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from billing.actions import open_portal, set_mail_preferences
from billing.forms import MailPreferencesForm
from billing.models import MailPreferences
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
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mails(request: HttpRequest) -> HttpResponse:
    """Show which mails the customer wants; on POST keep that."""
    wallet = own_wallet(request)
    if request.method != "POST":
        chosen = MailPreferences.of(wallet)
        form = MailPreferencesForm(
            initial={name: getattr(chosen, name) for name in MailPreferencesForm.base_fields}
        )
        return render(request, "billing/mails.html", {"form": form})
    form = MailPreferencesForm(request.POST)
    if not form.is_valid():
        return render(request, "billing/mails.html", {"form": form}, status=400)
    set_mail_preferences(wallet=wallet, **form.cleaned_data)
    messages.success(request, "Your choice is saved.")
    return go_on(request, reverse("billing:mails"))


@login_required
@require_POST
def portal(request: HttpRequest) -> HttpResponse:
    """Lead on to Stripe's portal."""
    assert isinstance(request.user, User)
    return go_on(request, open_portal(customer=request.user))


def _page_url(name: str, key: int | None) -> str | None:
    return None if key is None else f"{reverse('billing:invoices')}?{name}={key}"
