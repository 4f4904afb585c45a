"""Buying credits once: choose, pay, wait for the payment."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from billing.actions import confirm_top_up, quote_top_up, start_top_up
from billing.errors import (
    PromotionNotApplicable,
    StripeRefused,
    StripeUnavailable,
    TopUpOutOfRange,
)
from billing.forms import QuoteForm, TopUpForm
from billing.models import TopUp
from billing.quotes import Quote
from billing.views.going_on import go_on
from wallet.access import own_wallet
from wallet.models import Wallet
from wallet.reports.system import system_state

PRESETS = (Decimal(100), Decimal(500), Decimal(1000), Decimal(5000))
NO_CONTENT = 204


@dataclass(frozen=True)
class Preset:
    """A round number of credits and the page that has it filled in."""

    credits: Decimal
    url: str


@dataclass(frozen=True)
class TopUpRow:
    """A top-up as its page shows it."""

    id: UUID
    status: str
    credits: Decimal
    bonus_credits: Decimal
    total_cents: int
    currency: str
    checkout_url: str | None
    created_at: datetime

    @classmethod
    def of(cls, top_up: TopUp) -> TopUpRow:
        return cls(
            id=top_up.pk,
            status=top_up.status,
            credits=top_up.credits,
            bonus_credits=Decimal(top_up.quote.get("bonus_credits", 0)),
            total_cents=top_up.total_cents,
            currency=top_up.currency,
            checkout_url=top_up.checkout_url or None if top_up.is_pending else None,
            created_at=top_up.created_at,
        )


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def top_up(request: HttpRequest) -> HttpResponse:
    """Show what credits cost; on POST start the top-up and lead on to its Checkout."""
    if request.method != "POST":
        filled_in = {name: request.GET.get(name) or None for name in ("credits", "code")}
        form = TopUpForm(initial={name: value for name, value in filled_in.items() if value})
        return render(request, "billing/top_up.html", _top_up_page(request, form, request.GET))
    form = TopUpForm(request.POST)
    if not form.is_valid():
        return _form_again(request, form, status=400)
    assert request.user.is_authenticated
    try:
        started = start_top_up(
            wallet=own_wallet(request),
            actor=request.user.actor,
            **form.cleaned_data,
        )
    except (TopUpOutOfRange, PromotionNotApplicable) as refusal:
        field = "credits" if isinstance(refusal, TopUpOutOfRange) else "code"
        form.add_error(field, refusal.detail)
        return _form_again(request, form, status=refusal.status)
    bought = started.top_up
    here = reverse("billing:top_up_detail", args=[bought.pk])
    return go_on(request, bought.checkout_url if bought.is_pending else here)


@login_required
@never_cache
@require_GET
def quote(request: HttpRequest) -> HttpResponse:
    """Show the price of `?credits=&code=`: the part of the page that follows the typing."""
    return render(request, "billing/_quote.html", _quoted(own_wallet(request), request.GET))


@login_required
@never_cache
@require_GET
def top_up_detail(request: HttpRequest, top_up_id: UUID) -> HttpResponse:
    """Show a top-up. Coming back from Checkout asks Stripe once how the payment stands."""
    bought = _own_top_up(request, top_up_id)
    came_back = request.GET.get("checkout") == "return"
    if came_back:
        # Where Stripe does not answer, the event will tell; the page says that we wait.
        with suppress(StripeUnavailable, StripeRefused):
            bought = confirm_top_up(top_up=bought)
    return render(request, "billing/top_up_detail.html", _progress(bought, poll=came_back))


@login_required
@never_cache
@require_GET
def top_up_status(request: HttpRequest, top_up_id: UUID) -> HttpResponse:
    """Show how the payment stands to the page that waits; 204 while nothing has changed."""
    bought = _own_top_up(request, top_up_id)
    if bought.is_pending:
        return HttpResponse(status=NO_CONTENT)
    return render(request, "billing/_top_up_status.html", _progress(bought, poll=False))


def _own_top_up(request: HttpRequest, top_up_id: UUID) -> TopUp:
    return get_object_or_404(TopUp, pk=top_up_id, wallet=own_wallet(request))


def _progress(bought: TopUp, *, poll: bool) -> dict[str, Any]:
    return {"top_up": TopUpRow.of(bought), "poll": poll and bought.is_pending}


def _form_again(request: HttpRequest, form: TopUpForm, *, status: int) -> HttpResponse:
    response = render(
        request, "billing/top_up.html", _top_up_page(request, form, request.POST), status=status
    )
    # htmx drops an answer with an error's status unless it names its place.
    response["HX-Retarget"] = response["HX-Reselect"] = "#top-up-form"
    response["HX-Reswap"] = "outerHTML"
    return response


def _top_up_page(request: HttpRequest, form: TopUpForm, entered: QueryDict) -> dict[str, Any]:
    here = reverse("billing:top_up")
    wallet = own_wallet(request)
    return {
        "form": form,
        "wallet": wallet,
        "system": system_state(),
        "minimum": settings.TOP_UP_MINIMUM,
        "maximum": settings.TOP_UP_MAXIMUM,
        "presets": [
            Preset(credits, f"{here}?credits={credits}")
            for credits in PRESETS
            if settings.TOP_UP_MINIMUM <= credits <= settings.TOP_UP_MAXIMUM
        ],
        **_quoted(wallet, entered),
    }


def _quoted(wallet: Wallet, entered: QueryDict) -> dict[str, Quote | str | None]:
    """Return the quote of the credits entered, or why there is none; neither for an empty field.

    Where the code can't be used, `code_error` says why, and the quote goes without it.
    """
    nothing: dict[str, Quote | str | None] = dict.fromkeys(("quote", "quote_error", "code_error"))
    if not entered.get("credits"):
        return nothing
    form = QuoteForm(entered)
    if not form.is_valid():
        errors = (str(error) for found in form.errors.values() for error in found)
        return nothing | {"quote_error": " ".join(errors)}
    credits, code = form.cleaned_data["credits"], form.cleaned_data["code"]
    try:
        return nothing | {"quote": quote_top_up(credits=credits, wallet=wallet, code=code)}
    except TopUpOutOfRange as refusal:
        return nothing | {"quote_error": refusal.detail}
    except PromotionNotApplicable as refusal:
        without = quote_top_up(credits=credits, wallet=wallet)
        return nothing | {"quote": without, "code_error": refusal.detail}
