"""The page that shows operators how disputes go."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from creditsite.kernel import clock
from creditsite.kernel.formatting import credits as show
from disputes.admin.queue import in_words
from disputes.models import RulingOutcome
from disputes.reports.figures import DisputeFigures, OutcomeRow, dispute_figures
from wallet.admin.tables import Cell, Table
from wallet.forms import UsageRangeForm

USUAL_DAYS = 30


def figures_page(model_admin: ModelAdmin[Any], request: HttpRequest) -> HttpResponse:
    """Answer the page: the last 30 days, or the range that was asked for."""
    today = clock.now().date()
    usual = {"start": today - timedelta(days=USUAL_DAYS - 1), "end": today}
    form = UsageRangeForm(request.GET if "start" in request.GET else usual)
    tables = []
    if form.is_valid():
        figures = dispute_figures(
            _midnight(form.cleaned_data["start"]),
            # Days to come have no figures, and the last day there is has none after it.
            _midnight(min(form.cleaned_data["end"], today) + timedelta(days=1)),
        )
        tables = [
            _summary(figures),
            _outcomes("First rulings by reason", "Reason", figures.by_reason),
            _outcomes("First rulings by service", "Service", figures.by_service),
        ]
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "How disputes go",
        "opts": model_admin.opts,
        "form": form,
        "tables": tables,
    }
    return TemplateResponse(request, "admin/disputes/dispute/figures.html", context)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _summary(figures: DisputeFigures) -> Table:
    share = "–" if figures.in_time is None else f"{figures.in_time:.0%}"
    lines = (
        ("Opened", figures.opened),
        ("Ruled on first", figures.ruled),
        ("Median time from opening to ruling", in_words(figures.median_wall)),
        ("The same without waiting for customers", in_words(figures.median_review)),
        ("Ruled on in time", share),
        ("By a rule, without an operator", figures.automatic),
        ("Appeals ruled on", figures.appeals_ruled),
        ("Appeals that brought more", figures.appeals_improved),
        ("Credits given back", show(figures.credits_back)),
        ("To rule on now", figures.waiting_now),
        ("Overdue now", figures.breached_now),
        ("Refunds to be made now", figures.refunds_due_now),
    )
    return Table(
        title="In short",
        heads=("Figure", "Value"),
        rows=[[Cell(label), Cell(str(value), is_number=True)] for label, value in lines],
    )


def _outcomes(title: str, head: str, found: list[OutcomeRow]) -> Table:
    return Table(
        title=title,
        heads=(head, *(outcome.label for outcome in RulingOutcome), "All"),
        rows=[
            [
                Cell(row.label),
                *(Cell(str(row.counts.get(each, 0)), is_number=True) for each in RulingOutcome),
                Cell(str(row.total), is_number=True),
            ]
            for row in found
        ],
    )
