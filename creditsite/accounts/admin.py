"""Log-ins and API keys in the operators' admin."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import urlencode

import allauth.mfa.admin  # noqa: F401  # what it registers is taken back below
from allauth.account.admin import EmailAddressAdmin as AllauthEmailAddressAdmin
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import pluralize
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html

from creditsite.accounts.actions import create_api_key, may_reset, reset_factors, revoke_api_keys
from creditsite.accounts.forms import ApiKeyForm, ResetFactorsForm, RevokeKeysForm
from creditsite.accounts.models import ApiKey, AuditEntry, User
from creditsite.accounts.search import person
from creditsite.kernel.admin import QuickAdmin, ReadOnlyAdmin
from creditsite.kernel.errors import DomainError
from creditsite.kernel.search import exactly

# Factors are set up by their owner and reset by a step with a reason, never edited as rows.
admin.site.unregister(Authenticator)
admin.site.unregister(EmailAddress)

BY_ADDRESS = "Beginning of the e-mail address"
# How many entries of the audit log are looked through for a text.
LOOKED_THROUGH = 20_000
# Who may do what is decided by superusers alone.
RIGHTS = ("is_staff", "is_superuser", "groups", "user_permissions")


class UserCreationForm(AdminUserCreationForm[User]):
    class Meta:
        model = User
        fields = ("email",)
        field_classes: ClassVar[dict[str, type[forms.Field]]] = {}


@admin.register(User)
class UserAdmin(QuickAdmin[User], DjangoUserAdmin[User]):
    """Customers and operators."""

    add_form = UserCreationForm
    ordering = ("email",)
    list_display = ("email", "is_staff", "is_active", "date_joined", "last_login")
    list_filter = ("is_staff", "is_active")
    sortable_by = ("email",)
    found_by = (person(),)
    # Django asks for it where other pages let one choose a person.
    search_fields = ("email",)
    search_help_text = BY_ADDRESS
    readonly_fields = ("date_joined", "last_login", "second_factor", "credits")
    fieldsets = (
        (None, {"fields": ("email", "password", "is_active", "date_joined", "last_login")}),
        ("Wallet", {"fields": ("credits",)}),
        ("Two-factor log-in", {"fields": ("second_factor",)}),
        ("Operator", {"fields": RIGHTS}),
    )
    add_fieldsets = ((None, {"fields": ("email", "usable_password", "password1", "password2")}),)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        fixed: tuple[str, ...] = self.readonly_fields
        if obj:
            # A new address must be confirmed: the person changes it on the account's own page.
            fixed += ("email",)
        if not request.user.is_superuser:
            fixed += RIGHTS
        return fixed

    @admin.display(description="second factor")
    def second_factor(self, person: User) -> str:
        factors = Authenticator.objects.filter(user=person).order_by("pk")
        return ", ".join(
            f"{factor} since {date_format(factor.created_at, 'DATE_FORMAT')}" for factor in factors
        )

    @admin.display(description="credits")
    def credits(self, person: User) -> str:
        wallets = reverse("admin:wallet_wallet_changelist")
        found = urlencode({"q": person.email})
        return format_html('<a href="{}?{}">Open the wallet</a>', wallets, found)

    def get_urls(self) -> list[URLPattern]:
        reset = path(
            "<int:row_id>/reset-factors/",
            self.admin_site.admin_view(self.reset_factors),
            name="accounts_user_reset_factors",
        )
        return [reset, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        person = self.get_object(request, object_id)
        shown = {"may_reset_factors": person and _may_reset(request, person)}
        return super().change_view(request, object_id, form_url, shown | (extra_context or {}))

    def reset_factors(self, request: HttpRequest, row_id: int) -> HttpResponse:
        """Ask for a reason, then take a person's lost factors away."""
        person = get_object_or_404(User, pk=row_id)
        if not _may_reset(request, person):
            raise PermissionDenied
        back = reverse("admin:accounts_user_change", args=[person.pk])
        form = ResetFactorsForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            assert isinstance(request.user, User)
            reason = form.cleaned_data["reason"]
            try:
                reset_factors(person=person, operator=request.user, reason=reason)
            except DomainError as refusal:
                messages.error(request, refusal.detail)
            else:
                messages.success(request, f"{person} sets up a second factor anew.")
            return HttpResponseRedirect(back)
        context = {**self.admin_site.each_context(request), "title": "Reset second factor"}
        context |= {"person": person, "form": form, "back_url": back}
        return TemplateResponse(request, "admin/accounts/user/reset_factors.html", context)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        if obj and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        # A wallet's ledger stays; a person who leaves is made inactive.
        return False


def _may_reset(request: HttpRequest, person: User) -> bool:
    """Tell whether the operator may. One's own is removed on the account's page, not here."""
    assert isinstance(request.user, User)
    return person != request.user and may_reset(request.user, person)


class AdminApiKeyForm(ApiKeyForm):
    class Meta(ApiKeyForm.Meta):
        fields = ("name", "customer", "scopes")  # type: ignore[assignment]


@admin.register(EmailAddress)
class EmailAddressAdmin(QuickAdmin[EmailAddress], AllauthEmailAddressAdmin):  # type: ignore[misc]
    """People's addresses, as allauth keeps them."""

    ordering = ("-pk",)
    list_select_related = ("user",)
    found_by = (person("user"),)
    search_help_text = BY_ADDRESS


def told_lately(term: str) -> Q:
    """Take the term for the id of what something was done to, or for a part of the reason.

    Django's table has no index of either: so many of the newest entries are looked through.
    """
    newest = AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    said = Q(object_id=term) | Q(change_message__icontains=term)
    return Q(pk__gt=newest - LOOKED_THROUGH) & said


@admin.register(AuditEntry)
class AuditLogAdmin(ReadOnlyAdmin[AuditEntry]):
    """What operators did in the admin, newest first; the database keeps it as it was written."""

    ordering = ("-id",)
    list_display = ("action_time", "user", "row", "told")
    list_display_links = ("action_time",)
    list_filter = (("content_type", admin.RelatedOnlyFieldListFilter), "action_time")
    list_select_related = ("user", "content_type")
    found_by = (person("user"), told_lately)
    search_help_text = (
        f"{BY_ADDRESS}; in the newest {LOOKED_THROUGH:,} entries also the id of what it was done"
        " to, or a part of the reason"
    )
    fields = ("action_time", "user", "content_type", "row", "told")
    readonly_fields: ClassVar = fields

    @admin.display(description="what it was done to")
    def row(self, entry: AuditEntry) -> str:
        url = entry.get_admin_url()
        return format_html('<a href="{}">{}</a>', url, entry.object_repr) if url else str(entry)

    @admin.display(description="what was done")
    def told(self, entry: AuditEntry) -> str:
        return entry.get_change_message() or entry.get_action_flag_display()


@admin.register(ApiKey)
class ApiKeyAdmin(QuickAdmin[ApiKey]):
    """Keys: made here for the platform, revoked here with a reason; never read again."""

    form = AdminApiKeyForm
    list_display = ("prefix", "name", "customer", "created_at", "last_used_at", "revoked_at")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter),)
    list_select_related = ("customer",)
    ordering = ("-pk",)
    found_by = (*exactly("prefix"), person("customer"))
    search_help_text = f"{BY_ADDRESS}, or the key's prefix"
    autocomplete_fields = ("customer",)
    actions = ("revoke",)

    def has_change_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        key, secret = create_api_key(customer=obj.customer, name=obj.name, scopes=obj.scopes)
        obj.pk, obj.prefix = key.pk, key.prefix
        messages.warning(request, f"Copy this key now, it is not shown again: {secret}")

    def log_addition(self, request: HttpRequest, obj: ApiKey, message: Any) -> Any:
        whose = obj.customer or "the platform"
        told = f"Made for {whose}. It may: {', '.join(obj.scopes)}."
        return super().log_addition(request, obj, told)

    @admin.action(description="Revoke the selected keys", permissions=["add"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> HttpResponse | None:
        """Ask for a reason, then make the keys useless."""
        keys = list(queryset.filter(revoked_at=None))
        if not keys:
            messages.warning(request, "No key was revoked: what was chosen is revoked already.")
            return None
        form = RevokeKeysForm(request.POST if "confirmed" in request.POST else None)
        if form.is_valid():
            assert isinstance(request.user, User)
            reason = form.cleaned_data["reason"]
            count = revoke_api_keys(keys=keys, operator=request.user, reason=reason)
            messages.success(request, f"{count} API key{pluralize(count)} revoked.")
            return None
        context = {**self.admin_site.each_context(request), "title": "Revoke API keys"}
        context |= {"keys": keys, "form": form, "chosen_name": ACTION_CHECKBOX_NAME}
        return TemplateResponse(request, "admin/accounts/apikey/revoke.html", context)
