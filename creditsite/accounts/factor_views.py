"""Pages that lead an operator to a second factor and through it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from allauth.mfa.totp.views import ActivateTOTPView
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from creditsite.accounts import second_factor as rule
from creditsite.accounts.factor_forms import CodeAgainForm
from creditsite.accounts.models import User


@login_required
@never_cache
def second_factor(request: HttpRequest) -> HttpResponse:
    """Say why a second factor is needed, have it proved, or go on to what was wanted."""
    assert isinstance(request.user, User)
    if not request.user.is_staff:
        return redirect("mfa_index")
    if not rule.is_missing(request):
        return redirect(request.session.pop(rule.WANTED, None) or reverse("admin:index"))
    if rule.has_app(request.user):
        back_here = urlencode({"next": reverse("accounts:second_factor")})
        return redirect(f"{reverse('mfa_reauthenticate')}?{back_here}")
    return render(request, "account/second_factor.html")


class ActivateAppView(ActivateTOTPView):  # type: ignore[misc]  # allauth has no types
    """Sets up an authenticator app; the code that shows it works counts as its first use."""

    def form_valid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        code = {"code": form.cleaned_data["code"]}
        form_of_use = CodeAgainForm(data=code, user=self.request.user)
        if form_of_use.is_valid():
            form_of_use.save()
        return answer
