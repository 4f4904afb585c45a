"""Every route of the site, found from its URLconf, and an address for each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.urls import URLPattern, URLResolver, get_resolver

PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
# What is written with regular expressions: links of mails, which open for whoever has them.
LINKS = {
    r"account/^confirm-email/(?P<key>[-:\w]+)/$": "account/confirm-email/unknown/",
    r"account/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": (
        "account/password/reset/key/1-unknown/"
    ),
    r"admin/(?P<url>.*)$": "admin/nothing-here/",
    r"^static/(?P<path>.*)$": "static/css/site.css",
}
# Routes that the admin makes alike for each of dj-stripe's models, and for each model of all.
ALIKE = (
    (re.compile(r"^admin/djstripe/\w+/"), "admin/djstripe/*/"),
    (re.compile(r"^admin/\^\(\?P<app_label>.*"), "admin/<app_label>/"),
    (re.compile(r"^admin/\w+/\w+/<path:object_id>/$"), "admin/*/*/<path:object_id>/"),
)


@dataclass(frozen=True)
class Route:
    """One route: `pattern` as the URLconf has it, `row` as the matrix names it."""

    pattern: str

    @property
    def row(self) -> str:
        for alike, name in ALIKE:
            if alike.match(self.pattern):
                return alike.sub(name, self.pattern)
        return self.pattern

    def address(self, values: Mapping[str, Any]) -> str:
        """Return an address of the route; `values` are by parameter, of the admin by model."""
        if self.row == "admin/<app_label>/":
            return "/admin/wallet/"
        if self.pattern in LINKS:
            return f"/{LINKS[self.pattern]}"
        return "/" + PARAMETER.sub(lambda found: str(self._value(found[1], values)), self.pattern)

    def _value(self, parameter: str, values: Mapping[str, Any]) -> Any:
        within = re.match(r"admin/(\w+)/(\w+)/", self.pattern)
        if within and parameter in {"object_id", "row_id", "id", "event_id", "dispute_id"}:
            return _key_of(within[1], within[2])
        report = re.match(r"admin/reports/([\w-]+)/", self.pattern)
        if report and parameter == "file":
            # Each report has a table, and so a file, of its own name.
            return report[1]
        return values[parameter]


def _key_of(app: str, name: str) -> Any:
    """Return the key of the model's oldest row, or one that is none's."""
    for model in admin.site._registry:
        if (model._meta.app_label, model._meta.model_name) == (app, name):
            row = model._default_manager.order_by("pk").first()
            return row.pk if row else 1
    raise LookupError(f"{app}.{name} is not in the admin")


def routes() -> list[Route]:
    """Return every route once, in the order of the URLconf."""
    return list(dict.fromkeys(Route(pattern) for pattern in _patterns(get_resolver(), "")))


def _patterns(resolver: URLResolver, before: str) -> Iterator[str]:
    for part in resolver.url_patterns:
        pattern = before + str(part.pattern)
        if isinstance(part, URLPattern):
            yield pattern
        else:
            yield from _patterns(part, pattern)
