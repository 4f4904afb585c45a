"""The frame of the operators' reports: a range, a chart, tables, and each table as a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, cast
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from creditsite.accounts.models import User
from creditsite.admin_site import CreditsiteAdminSite
from creditsite.kernel.chart import Chart
from creditsite.kernel.csv_lines import csv_line, plain_text
from creditsite.kernel.formatting import credits as show_credits
from creditsite.kernel.formatting import money, percent
from creditsite.kernel.report import Report, ReportRange, ReportTable, Unit, Value
from wallet.admin.report_forms import ReportRangeForm, query_of
from wallet.admin.tables import Cell, Table

INDEX = "reports"
SERIES_LABEL = "What the colours are"
NOTHING = "–"


@dataclass(frozen=True)
class ReportPage:
    """A report on a page of its own.

    `files` are what is too long for a page, by name; a table's file is named for the table.
    """

    name: str
    title: str
    lead: str
    permission: str
    build: Callable[[ReportRange], Report]
    described: str
    files: dict[str, Callable[[], Iterator[str]]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return reverse(f"admin:report_{self.name}")

    def may_be_read_by(self, user: User | AnonymousUser) -> bool:
        return user.has_perm(self.permission)


REPORTS: list[ReportPage] = []


def register_report(report: ReportPage) -> None:
    """Serve the report and its files in the admin, and name it in the list of reports."""
    site = operators_site()
    if not REPORTS:
        site.add_page("reports/", _index, name=INDEX)
    REPORTS.append(report)

    @require_safe
    def page(request: HttpRequest) -> HttpResponse:
        return _page(report, request)

    @require_safe
    def download(request: HttpRequest, file: str) -> HttpResponseBase:
        return _download(report, request, file)

    site.add_page(f"reports/{report.name}/", page, name=f"report_{report.name}")
    site.add_page(
        f"reports/{report.name}/<slug:file>.csv", download, name=f"report_{report.name}_file"
    )


def operators_site() -> CreditsiteAdminSite:
    """Return the admin, as what it is."""
    return cast(CreditsiteAdminSite, admin.site)


def reports_of(user: User | AnonymousUser) -> list[ReportPage]:
    """Return the reports that somebody may read."""
    return [report for report in REPORTS if report.may_be_read_by(user)]


def charted(report: ReportPage, chart: Chart) -> dict[str, Any]:
    """Return what `admin/_chart.html` shows on the front: a report's chart, and the way to it."""
    return {"report": report, "chart": chart, "series_label": SERIES_LABEL}


@require_safe
def _index(request: HttpRequest) -> HttpResponse:
    reports = reports_of(request.user)
    if not reports:
        raise PermissionDenied
    context = {**admin.site.each_context(request), "title": "Reports", "reports": reports}
    return TemplateResponse(request, "admin/reports.html", context)


def _page(report: ReportPage, request: HttpRequest) -> HttpResponse:
    if not report.may_be_read_by(request.user):
        raise PermissionDenied
    form = _form(request)
    built = report.build(form.chosen) if form.is_valid() else None
    query = urlencode(query_of(form.chosen)) if built else ""
    context = {
        **admin.site.each_context(request),
        "title": report.title,
        "report": report,
        "form": form,
        "chart": built.chart if built else None,
        "tables": [shown(table, query=query) for table in built.tables] if built else [],
        "files": [Cell(name.replace("-", " "), f"{name}.csv") for name in report.files],
        "series_label": SERIES_LABEL,
    }
    return TemplateResponse(request, "admin/report.html", context)


def _download(report: ReportPage, request: HttpRequest, file: str) -> HttpResponseBase:
    if not report.may_be_read_by(request.user):
        raise PermissionDenied
    if file in report.files:
        return _as_file(report.files[file](), file)
    form = _form(request)
    if not form.is_valid():
        return _page(report, request)
    table = report.build(form.chosen).table(file)
    if table is None:
        raise Http404
    name = f"{file}-{form.chosen.first}-to-{form.chosen.last}"
    return _as_file(_lines(table), name)


def _form(request: HttpRequest) -> ReportRangeForm:
    return ReportRangeForm(request.GET if "start" in request.GET else ReportRangeForm.usual())


def _as_file(lines: Iterator[str], name: str) -> StreamingHttpResponse:
    return StreamingHttpResponse(
        lines,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


def shown(table: ReportTable, *, query: str) -> Table:
    """Return a report's table as pages show it, with the way to its file."""
    return Table(
        title=table.title,
        heads=tuple(column.label for column in table.columns),
        rows=[
            [_cell(value, column.unit) for value, column in zip(row, table.columns, strict=True)]
            for row in table.rows
        ],
        empty=table.empty,
        more=Cell("Download as CSV", f"{table.name}.csv?{query}") if table.rows else None,
        notes=list(table.notes),
    )


def _cell(value: Value, unit: Unit) -> Cell:
    if unit in {Unit.TEXT, Unit.PERIOD}:
        return Cell(str(value), is_moment=unit == Unit.PERIOD)
    # Among hundreds of numbers those that say something are to be seen.
    says_nothing = value is None or value == 0
    return Cell(NOTHING if says_nothing else _shown_number(value, unit), is_number=True)


def _shown_number(value: Value, unit: Unit) -> str:
    if unit == Unit.MONEY:
        assert isinstance(value, int)
        return money(value, settings.CREDIT_CURRENCY)
    if unit == Unit.COUNT:
        return f"{value:,}"
    if unit == Unit.FIGURE:
        return str(value)
    assert isinstance(value, Decimal)
    return percent(round(value * 100, 1)) if unit == Unit.SHARE else show_credits(value)


def _lines(table: ReportTable) -> Iterator[str]:
    yield csv_line(_head(column.label, column.unit) for column in table.columns)
    for row in table.rows:
        yield csv_line(
            _plain(value, column.unit) for value, column in zip(row, table.columns, strict=True)
        )


def _head(label: str, unit: Unit) -> str:
    return f"{label} ({settings.CREDIT_CURRENCY.upper()})" if unit == Unit.MONEY else label


def _plain(value: Value, unit: Unit) -> str:
    """Return a value as programs read it: plain decimals, days as ISO 8601, nothing as nothing."""
    if value is None:
        return ""
    if unit == Unit.MONEY:
        assert isinstance(value, int)
        return f"{Decimal(value) / 100:.2f}"
    if isinstance(value, Decimal):
        return f"{value:.4f}"
    return value.isoformat() if isinstance(value, date) else plain_text(str(value))
