"""The signed statement of the wallet's entries, to download."""

from __future__ import annotations

import inspect
import json

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from wallet import verify
from wallet.access import own_wallet
from wallet.forms import StatementForm
from wallet.signing import published_key
from wallet.statements import MOST_ENTRIES, statement_of


@login_required
@require_GET
def statement(request: HttpRequest) -> HttpResponse:
    """Ask which entries, and say how a statement is verified."""
    wallet = own_wallet(request)
    form = StatementForm(initial={"from_sequence": max(wallet.sequence - MOST_ENTRIES + 1, 1)})
    return _page(request, form, wallet.sequence)


@login_required
@require_GET
def statement_download(request: HttpRequest) -> HttpResponse:
    """Answer the statement as a file. Raises `StatementOutOfRange`."""
    wallet = own_wallet(request)
    form = StatementForm(request.GET)
    if not form.is_valid():
        return _page(request, form, wallet.sequence)
    document = statement_of(wallet, **form.cleaned_data)
    numbers = f"{document['from']['sequence']}-{document['head']['sequence']}"
    return HttpResponse(
        json.dumps(document, ensure_ascii=False, indent=1) + "\n",
        content_type="application/json",
        headers={
            "Content-Disposition": f'attachment; filename="statement-{wallet.pk}-{numbers}.json"'
        },
    )


@login_required
@require_GET
def verifier(request: HttpRequest) -> HttpResponse:
    """Answer the program that verifies a statement without this site."""
    return HttpResponse(
        inspect.getsource(verify),
        content_type="text/x-python; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="verify.py"'},
    )


def _page(request: HttpRequest, form: StatementForm, newest: int) -> HttpResponse:
    context = {
        "form": form,
        "newest": newest,
        "most": MOST_ENTRIES,
        "key": published_key(),
        "key_url": request.build_absolute_uri(reverse("api_statement_key")),
    }
    return render(request, "wallet/statement.html", context)
