"""The operators' admin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver, path
from django.utils.decorators import method_decorator

from creditsite.kernel.admin import SturdyAdmin


class CreditsiteAdminSite(admin.AdminSite):
    """Operators log in where customers do, so that the limits on tries hold for them too."""

    site_header = "Creditsite operators"
    site_title = "Creditsite operators"
    index_title = "Credits, money, jobs"

    # What operators work with comes first, Stripe's copies last.
    app_order = ("wallet", "billing", "disputes", "accounts", "account", "auth", "procrastinate")

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self._pages: list[URLPattern] = []

    def register(
        self, model_or_iterable: Any, admin_class: type[Any] | None = None, **options: Any
    ) -> None:
        """Register a sturdy admin, also where Django's or a package's own is given."""
        given = admin_class or SturdyAdmin
        if issubclass(SturdyAdmin, given):
            given = SturdyAdmin
        elif not issubclass(given, SturdyAdmin):
            given = type(given.__name__, (given, SturdyAdmin), {})
        super().register(model_or_iterable, given, **options)

    def add_page(self, route: str, view: Callable[..., HttpResponseBase], *, name: str) -> None:
        """Serve a page that belongs to no model at a route below the admin's front."""
        self._pages.append(path(route, self.admin_view(view), name=name))

    def get_urls(self) -> list[URLResolver | URLPattern]:
        # A list looks up the address of each of its rows, and each model's that is tried before
        # costs time: as much as the rest of the page, behind all of Stripe's copies.
        models = sorted(
            self._registry.items(), key=lambda item: self._place(item[0]._meta.app_label)
        )
        self._registry = dict(models)
        # Before Django's own, whose last one takes every address.
        return [*self._pages, *super().get_urls()]

    def _place(self, app: str) -> int:
        return self.app_order.index(app) if app in self.app_order else len(self.app_order)

    @method_decorator(secure_admin_login)
    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return super().login(request, extra_context)

    def get_app_list(
        self, request: HttpRequest, app_label: str | None = None
    ) -> list[dict[str, Any]]:
        apps = super().get_app_list(request, app_label)
        return sorted(apps, key=lambda app: self._place(app["app_label"]))
