"""Plans: compare them, begin one, change, cancel and resume it."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from billing.actions import (
    cancel_subscription,
    change_plan,
    confirm_subscription,
    preview_plan_change,
    resume_subscription,
    running_subscription,
    start_subscription,
    usable_promotions,
)
from billing.errors import PromotionNotApplicable, StripeRefused, StripeUnavailable
from billing.forms import BeginForm, ChangeForm, CodeForm
from billing.models import Promotion, PromotionScope, Subscription
from billing.reports.plans import live_subscription, own_subscription, plans_for
from billing.reports.questions import (
    Question,
    ask_to_cancel,
    ask_to_change,
    ask_to_resume,
)
from billing.views.going_on import go_on
from creditsite.accounts.models import User
from creditsite.kernel import clock
from wallet.access import own_wallet
from wallet.models import Wallet
from wallet.reports.system import system_state

NO_CONTENT = 204


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def plans(request: HttpRequest) -> HttpResponse:
    """Show the plans; on POST begin one and lead on to its Checkout.

    Coming back from Checkout asks Stripe once how the payment stands.
    """
    if request.method != "POST":
        return render(request, "billing/plans.html", _page(request))
    form = BeginForm(request.POST)
    if not form.is_valid():
        return render(request, "billing/plans.html", _page(request), status=400)
    assert isinstance(request.user, User)
    started = start_subscription(
        wallet=own_wallet(request), actor=request.user.actor, **form.cleaned_data
    )
    subscription = started.subscription
    return go_on(request, subscription.checkout_url if subscription.is_incomplete else request.path)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest) -> HttpResponse:
    """Ask with money and credits before a change of plan; on POST make it."""
    subscription = running_subscription(wallet=own_wallet(request))
    form = ChangeForm(request.POST if request.method == "POST" else request.GET)
    if not form.is_valid():
        return render(request, "billing/plans.html", _page(request), status=400)
    if request.method != "POST":
        package = form.cleaned_data["package"]
        preview = preview_plan_change(subscription=subscription, package=package)
        return _ask(request, ask_to_change(preview, subscription), "billing:plan_change")
    changed = change_plan(subscription=subscription, **form.cleaned_data)
    _tell_of_change(request, changed)
    return go_on(request, reverse("billing:plans"))


def _tell_of_change(request: HttpRequest, changed: Subscription) -> None:
    name = changed.version.package.name
    if changed.waiting_version:
        messages.warning(
            request,
            "The payment did not go through, so nothing is changed yet. "
            "Pay the open invoice to finish the change.",
        )
    elif changed.next_version:
        messages.success(request, f"{changed.next_version.package.name} starts after this period.")
    else:
        messages.success(request, f"Your plan is {name}.")


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest) -> HttpResponse:
    """Ask before the plan is cancelled; on POST have it end with its period."""
    subscription = running_subscription(wallet=own_wallet(request))
    if request.method != "POST":
        return _ask(request, ask_to_cancel(subscription), "billing:plan_cancel")
    cancel_subscription(subscription=subscription)
    messages.success(request, "Your plan ends with its period. You can resume it until then.")
    return go_on(request, reverse("billing:plans"))


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def resume(request: HttpRequest) -> HttpResponse:
    """Ask before a cancelled plan goes on; on POST have it go on."""
    subscription = running_subscription(wallet=own_wallet(request))
    if request.method != "POST":
        return _ask(request, ask_to_resume(subscription), "billing:plan_resume")
    resume_subscription(subscription=subscription)
    messages.success(request, "Your plan goes on.")
    return go_on(request, reverse("billing:plans"))


@login_required
@never_cache
@require_http_methods(["GET", "HEAD"])
def status(request: HttpRequest) -> HttpResponse:
    """Lead the page that waits for a first payment on; 204 while nothing has changed."""
    live = live_subscription(own_wallet(request))
    if live and live.is_incomplete:
        return HttpResponse(status=NO_CONTENT)
    return go_on(request, reverse("billing:plans"))


def _ask(request: HttpRequest, question: Question, action: str) -> HttpResponse:
    """Ask in a dialog where htmx asks for it, else on a page of its own."""
    is_fragment = request.headers.get("HX-Request")
    template = "billing/_question_dialog.html" if is_fragment else "billing/question.html"
    return render(request, template, {"question": question, "action": reverse(action)})


def _page(request: HttpRequest) -> dict[str, Any]:
    assert isinstance(request.user, User)
    wallet = own_wallet(request)
    live = live_subscription(wallet)
    code_form = CodeForm(request.GET)
    came_back = request.GET.get("checkout") == "return"
    if live and came_back:
        # Where Stripe does not answer, the events will tell; the page says that we wait.
        with suppress(StripeUnavailable, StripeRefused):
            confirm_subscription(subscription=live)
        live = live_subscription(wallet)
    promotions = _promotions(wallet, live, code_form)
    return {
        "plans": plans_for(request.user, live, promotions),
        "code_form": code_form,
        "subscription": own_subscription(live) if live else None,
        "wallet": wallet,
        "system": system_state(),
        "poll": bool(came_back and live and live.is_incomplete),
    }


def _promotions(wallet: Wallet, live: Subscription | None, form: CodeForm) -> list[Promotion]:
    """Return what takes something off a first payment; the form tells why its code does not."""
    if live and live.runs:
        return []
    now, scope = clock.now(), PromotionScope.PACKAGES
    try:
        return usable_promotions(wallet=wallet, scope=scope, code=form.entered, at=now)
    except PromotionNotApplicable as refusal:
        form.add_error("code", refusal.detail)
        return usable_promotions(wallet=wallet, scope=scope, code="", at=now)
