"""Wallets in the admin: figures to read, and steps that ask for a reason."""

from __future__ import annotations

import secrets
from typing import ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from creditsite.accounts.models import User
from creditsite.kernel.admin import ReadOnlyAdmin
from creditsite.kernel.errors import DomainError
from creditsite.kernel.idempotency import internal_key
from wallet.actions import adjust_wallet, pause_wallet, resume_wallet
from wallet.admin.inlines import GrantInline, StatusChangeInline
from wallet.forms import AdjustForm, ReasonForm
from wallet.models import Wallet
from wallet.reports.history import history_page

SHOWN_ENTRIES = 20


@admin.register(Wallet)
class WalletAdmin(ReadOnlyAdmin[Wallet]):
    """Wallets: nothing is edited in place; adjust, pause and resume are pages of their own."""

    change_form_template = "admin/wallet/wallet/change_form.html"
    list_display = ("id", "customer", "status", "balance", "held", "debt", "created_at")
    list_display_links = ("id", "customer")
    list_filter = ("status",)
    list_select_related = ("customer",)
    search_fields = ("customer__email", "=id")
    search_help_text = "E-mail address or wallet id"
    ordering = ("-id",)
    fields = (
        "customer",
        "status",
        "status_reason",
        "balance",
        "held",
        "available_now",
        "debt",
        "sequence",
        "created_at",
    )
    readonly_fields: ClassVar = fields
    inlines: ClassVar = [GrantInline, StatusChangeInline]

    @admin.display(description="available")
    def available_now(self, wallet: Wallet) -> str:
        return str(wallet.available())

    def get_urls(self) -> list[URLPattern]:
        steps = [
            path(
                f"<int:wallet_id>/{name}/",
                self.admin_site.admin_view(view),
                name=f"wallet_wallet_{name}",
            )
            for name, view in (
                ("adjust", self.adjust),
                ("pause", self.pause),
                ("resume", self.resume),
            )
        ]
        return steps + super().get_urls()

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        wallet = self.get_object(request, object_id)
        shown: dict[str, object] = {
            "may_step": self._may_step(request),
            "newest_entries": history_page(wallet, size=SHOWN_ENTRIES).entries if wallet else [],
        }
        return super().change_view(request, object_id, form_url, shown | (extra_context or {}))

    def adjust(self, request: HttpRequest, wallet_id: int) -> HttpResponse:
        """Ask for credits and a reason, show what the wallet would hold, then post."""
        wallet = self._wallet(request, wallet_id)
        form = AdjustForm(request.POST or None, initial={"form_id": secrets.token_hex(16)})
        if request.method == "POST" and form.is_valid():
            asked = form.cleaned_data
            if -asked["credits"] > wallet.available():
                form.add_error("credits", f"Only {wallet.available()} credits can be taken out.")
                return self._page(request, wallet, form, "Adjust")
            if "confirmed" not in request.POST:
                balance_after = wallet.balance + asked["credits"]
                return self._page(
                    request, wallet, form, "Adjust", asked=asked, balance_after=balance_after
                )
            try:
                posting = adjust_wallet(
                    wallet=wallet,
                    credits=asked["credits"],
                    reason=asked["reason"],
                    idempotency_key=internal_key("adjust", asked["form_id"]),
                    actor=self._operator(request).actor,
                )
            except DomainError as refusal:
                form.add_error(None, refusal.detail)
            else:
                if posting.replayed:
                    messages.info(request, "This adjustment was posted already; once is enough.")
                    return self._back_to(wallet)
                return self._done(
                    request, wallet, f"Adjusted by {asked['credits']}: {asked['reason']}"
                )
        return self._page(request, wallet, form, "Adjust")

    def pause(self, request: HttpRequest, wallet_id: int) -> HttpResponse:
        """Ask for a reason, then stop all spending from the wallet."""
        return self._status_step(request, wallet_id, pause=True)

    def resume(self, request: HttpRequest, wallet_id: int) -> HttpResponse:
        """Ask for a reason, then let the wallet be spent from again."""
        return self._status_step(request, wallet_id, pause=False)

    def _status_step(self, request: HttpRequest, wallet_id: int, *, pause: bool) -> HttpResponse:
        wallet = self._wallet(request, wallet_id)
        form = ReasonForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            step = pause_wallet if pause else resume_wallet
            reason = form.cleaned_data["reason"]
            try:
                step(wallet=wallet, reason=reason, actor=self._operator(request).actor)
            except DomainError as refusal:
                form.add_error(None, refusal.detail)
            else:
                return self._done(request, wallet, f"{'Paused' if pause else 'Resumed'}: {reason}")
        return self._page(request, wallet, form, "Pause" if pause else "Resume")

    def _may_step(self, request: HttpRequest) -> bool:
        return request.user.has_perm("wallet.change_wallet")

    def _wallet(self, request: HttpRequest, wallet_id: int) -> Wallet:
        if not self._may_step(request):
            raise PermissionDenied
        return get_object_or_404(Wallet.objects.select_related("customer"), pk=wallet_id)

    def _operator(self, request: HttpRequest) -> User:
        assert isinstance(request.user, User)
        return request.user

    def _page(
        self,
        request: HttpRequest,
        wallet: Wallet,
        form: ReasonForm,
        step: str,
        **shown: object,
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": f"{step} the wallet of {wallet.customer}",
            "opts": self.opts,
            "wallet": wallet,
            "form": form,
            "step": step,
            **shown,
        }
        return TemplateResponse(request, "admin/wallet/wallet/step.html", context)

    def _done(self, request: HttpRequest, wallet: Wallet, message: str) -> HttpResponse:
        self.log_change(request, wallet, message)
        messages.success(request, message)
        return self._back_to(wallet)

    def _back_to(self, wallet: Wallet) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:wallet_wallet_change", args=[wallet.pk]))
