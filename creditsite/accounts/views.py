"""Pages where customers manage their API keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.decorators import login_required
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache

from creditsite.accounts.actions import create_api_key, revoke_api_key
from creditsite.accounts.forms import ApiKeyForm
from creditsite.accounts.models import ApiKey, Scope


@dataclass(frozen=True)
class ApiKeyRow:
    """A key as its page shows it; `id` is the public prefix."""

    id: str
    name: str
    prefix: str
    scopes: list[str]
    created_at: datetime
    last_used_at: datetime | None
    revoked: bool

    @classmethod
    def of(cls, key: ApiKey) -> ApiKeyRow:
        return cls(
            id=key.prefix,
            name=key.name,
            prefix=key.prefix,
            scopes=[Scope(scope).label for scope in key.scopes],
            created_at=key.created_at,
            last_used_at=key.last_used_at,
            revoked=key.revoked_at is not None,
        )


@login_required
@never_cache
def api_keys(request: HttpRequest) -> HttpResponse:
    """List the customer's keys; make one. Its secret is in this one answer and nowhere else."""
    assert request.user.is_authenticated
    form = ApiKeyForm(request.POST if request.method == "POST" else None)
    new_key, may_spend = None, False
    if request.method == "POST" and form.is_valid():
        _, new_key = create_api_key(
            customer=request.user,
            name=form.cleaned_data["name"],
            scopes=form.cleaned_data["scopes"],
        )
        may_spend = Scope.USAGE_WRITE in form.cleaned_data["scopes"]
        form = ApiKeyForm()
    keys = [
        ApiKeyRow.of(key)
        for key in request.user.api_keys.order_by(
            F("revoked_at").desc(nulls_first=True), "-created_at"
        )
    ]
    shown = {"keys": keys, "form": form, "new_key": new_key, "may_spend": may_spend}
    return render(request, "account/api_keys.html", shown)


@login_required
def api_key_revoke(request: HttpRequest, prefix: str) -> HttpResponse:
    """Ask once more, then revoke the key."""
    assert request.user.is_authenticated
    key = get_object_or_404(request.user.api_keys, prefix=prefix)
    if request.method == "POST":
        revoke_api_key(key=key)
        return redirect("accounts:api_keys")
    return render(request, "account/api_key_revoke.html", {"key": ApiKeyRow.of(key)})
