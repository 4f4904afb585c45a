"""A customer's disputes: the list, one with what can be done in it, its files."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from creditsite.accounts.models import User
from creditsite.kernel.actor import Actor
from creditsite.kernel.errors import DomainError
from creditsite.kernel.forms import KeysetForm
from creditsite.kernel.uploads import takes_bodies_up_to
from disputes.access import own_dispute
from disputes.actions import appeal_ruling, withdraw_dispute, write_in_dispute
from disputes.errors import EvidenceNotFound
from disputes.files import evidence_response, keep_files
from disputes.forms import AppealForm, WriteForm
from disputes.models import Dispute, DisputeStep
from disputes.reports.case import customer_case, dispute_page
from disputes.views.opening import FORM_BYTES
from wallet.access import own_wallet


@login_required
@never_cache
@require_GET
def disputes(request: HttpRequest) -> HttpResponse:
    """Show the customer's disputes, a page at a time."""
    form = KeysetForm(request.GET)
    page = dispute_page(own_wallet(request), **(form.cleaned_data if form.is_valid() else {}))
    return render(
        request,
        "disputes/list.html",
        {
            "disputes": page.disputes,
            "newer_url": _page_url("after", page.newer_than),
            "older_url": _page_url("before", page.older_than),
        },
    )


@login_required
@never_cache
@require_GET
def dispute(request: HttpRequest, dispute_id: int) -> HttpResponse:
    """Show one dispute of the customer's."""
    return _page(request, own_dispute(request, dispute_id))


@takes_bodies_up_to(FORM_BYTES)
@login_required
@require_POST
def write(request: HttpRequest, dispute_id: int) -> HttpResponse:
    """Write to the operators, with files; where they asked, this is the answer."""
    found = own_dispute(request, dispute_id)
    form = WriteForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            with transaction.atomic():
                keep_files(found, form.cleaned_data["evidence"], _actor(request))
                write_in_dispute(
                    dispute=found, text=form.cleaned_data["text"], actor=_actor(request)
                )
        except DomainError as refusal:
            _say(found, DisputeStep.WRITE, form, refusal)
        else:
            messages.success(request, "Your message is sent.")
            return redirect("disputes:dispute", dispute_id)
    return _page(request, found, write_form=form)


@login_required
@require_POST
def appeal(request: HttpRequest, dispute_id: int) -> HttpResponse:
    """Have the ruling reviewed by somebody else."""
    found = own_dispute(request, dispute_id)
    form = AppealForm(request.POST)
    if form.is_valid():
        try:
            appeal_ruling(dispute=found, reason=form.cleaned_data["reason"], actor=_actor(request))
        except DomainError as refusal:
            _say(found, DisputeStep.APPEAL, form, refusal)
        else:
            messages.success(request, "Your appeal is sent. Somebody else reviews the dispute.")
            return redirect("disputes:dispute", dispute_id)
    return _page(request, found, appeal_form=form)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, dispute_id: int) -> HttpResponse:
    """Ask once more, then take the dispute back."""
    found = own_dispute(request, dispute_id)
    if request.method == "POST":
        withdraw_dispute(dispute=found, actor=_actor(request))
        messages.success(request, "The dispute is withdrawn.")
        return redirect("disputes:dispute", dispute_id)
    return render(request, "disputes/withdraw.html", {"case": customer_case(found)})


@login_required
@never_cache
@require_GET
def evidence(request: HttpRequest, dispute_id: int, evidence_id: UUID) -> HttpResponse:
    """Hand a file out that the customer handed in."""
    files = own_dispute(request, dispute_id).evidence.select_related("content")
    found = files.filter(pk=evidence_id).first()
    if found is None:
        raise EvidenceNotFound("This dispute has no such file.")
    return evidence_response(found)


def _say(found: Dispute, step: DisputeStep, form: Form, refusal: DomainError) -> None:
    """Say a refusal in the form; where the case shows that form no more, on a page of its own."""
    found.refresh_from_db()
    if not found.allows(step):
        raise refusal
    form.add_error(None, refusal.detail)


def _actor(request: HttpRequest) -> Actor:
    assert isinstance(request.user, User)
    return request.user.actor


def _page(
    request: HttpRequest,
    found: Dispute,
    *,
    write_form: WriteForm | None = None,
    appeal_form: AppealForm | None = None,
) -> HttpResponse:
    case = customer_case(found)
    return render(
        request,
        "disputes/dispute.html",
        {
            "case": case,
            "write_form": write_form or WriteForm(takes_files=case.files_left > 0),
            "appeal_form": appeal_form or AppealForm(),
        },
        status=400 if write_form or appeal_form else 200,
    )


def _page_url(name: str, key: int | None) -> str | None:
    return None if key is None else f"{reverse('disputes:list')}?{name}={key}"
