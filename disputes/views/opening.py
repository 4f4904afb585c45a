"""Open a dispute: the form in a dialog or on a page of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from creditsite.accounts.models import User
from creditsite.kernel.errors import DomainError
from creditsite.kernel.uploads import takes_bodies_up_to
from disputes.actions import open_dispute
from disputes.actions.open import require_disputes_enabled
from disputes.errors import DisputedChargesOutOfRange, NotASpend
from disputes.files import keep_files
from disputes.forms import OpenForm, SubjectForm
from disputes.models import Dispute, DisputeReason
from disputes.models.timeline import EVIDENCE_BYTES, MOST_EVIDENCE
from disputes.reports.claims import (
    Claimable,
    ClaimablePurchase,
    claimable_charges,
    claimable_purchase,
)
from wallet.access import own_wallet
from wallet.models import Wallet

FORM_BYTES = MOST_EVIDENCE * EVIDENCE_BYTES + 1_048_576


@dataclass(frozen=True)
class Subject:
    """What a dispute would be about: charges, or a payment."""

    charges: list[Claimable]
    purchase: ClaimablePurchase | None

    @property
    def open_charges(self) -> list[Claimable]:
        return [charge for charge in self.charges if not charge.refusal]

    @property
    def is_open(self) -> bool:
        return bool(self.open_charges or (self.purchase and not self.purchase.refusal))

    @property
    def is_one_charge(self) -> bool:
        return len(self.open_charges) == 1


@takes_bodies_up_to(FORM_BYTES)
@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Ask what is wrong with the charges or the payment; on POST open the dispute."""
    require_disputes_enabled()
    wallet = own_wallet(request)
    subject = _subject(request, wallet)
    if request.method != "POST":
        return _page(request, subject, OpenForm(takes_credits=subject.is_one_charge))
    form = OpenForm(request.POST, request.FILES, takes_credits=subject.is_one_charge)
    if form.is_valid():
        try:
            dispute = _open(request, wallet, subject, form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, refusal.detail)
        else:
            return redirect("disputes:dispute", dispute.pk)
    return _page(request, subject, form, status=400)


def _subject(request: HttpRequest, wallet: Wallet) -> Subject:
    named = SubjectForm(request.POST if request.method == "POST" else request.GET)
    if not named.is_valid():
        raise Http404
    entries, invoice = named.cleaned_data["entry"], named.cleaned_data["invoice"]
    charges = claimable_charges(wallet, entries)
    purchase = None if invoice is None else claimable_purchase(wallet, invoice)
    if (invoice is not None and purchase is None) or (entries and not charges):
        raise Http404
    if not charges and purchase is None:
        raise DisputedChargesOutOfRange("Choose the charges in your history first.")
    if len(charges) < len(set(entries)):
        raise NotASpend("Choose charges alone: entries that took credits for a service.")
    return Subject(charges, purchase)


@transaction.atomic
def _open(request: HttpRequest, wallet: Wallet, subject: Subject, asked: dict[str, Any]) -> Dispute:
    """Open the dispute with its files, all of it or nothing."""
    assert isinstance(request.user, User)
    opening = open_dispute(
        wallet=wallet,
        reason=DisputeReason(asked["reason"]),
        explanation=asked["explanation"],
        charges={charge.entry: asked.get("credits") for charge in subject.open_charges},
        invoice=subject.purchase.invoice if subject.purchase else None,
        actor=request.user.actor,
    )
    keep_files(opening.dispute, asked["evidence"], request.user.actor)
    return opening.dispute


def _page(
    request: HttpRequest, subject: Subject, form: OpenForm, status: int = 200
) -> HttpResponse:
    is_fragment = request.headers.get("HX-Request") and request.method != "POST"
    template = "disputes/_new_dialog.html" if is_fragment else "disputes/new.html"
    hours = settings.DISPUTE_RESPONSE // timedelta(hours=1)
    shown = {"subject": subject, "form": form, "hours": hours}
    return render(request, template, shown, status=status)
