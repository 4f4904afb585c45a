"""What the wallet spent, by day and by service."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from creditsite.kernel import clock
from wallet.access import own_wallet
from wallet.forms import UsageRangeForm
from wallet.reports.forecast import forecast_sentence
from wallet.reports.recent import recent_of
from wallet.reports.runs import Span
from wallet.reports.usage import by_service, total, usage_lines, with_duplicates
from wallet.reports.usage_chart import usage_chart

RANGES = (7, 30, 90)
DEFAULT_RANGE = 30


@dataclass(frozen=True)
class RangeLink:
    """A range to choose with one press."""

    label: str
    url: str
    is_chosen: bool


@login_required
@require_GET
def usage(request: HttpRequest) -> HttpResponse:
    """Show what was used in the last `?days=`, or from `?start=` to `?end=`; else 30 days."""
    wallet = own_wallet(request)
    days = _days(request)
    first, last = _last_days(days or DEFAULT_RANGE)
    form = UsageRangeForm(request.GET if not days and "start" in request.GET else None)
    if form.is_bound:
        if form.is_valid():
            first, last = form.cleaned_data["start"], form.cleaned_data["end"]
    else:
        form = UsageRangeForm(initial={"start": first, "end": last})
        days = days or DEFAULT_RANGE
    by_day = usage_lines(wallet, first, last, by_day=True, by_service=True)
    services = with_duplicates(by_service(by_day), Span.of(wallet, first, last))
    services.sort(key=lambda line: line.net, reverse=True)
    recent = recent_of(wallet)
    return render(
        request,
        "wallet/usage.html",
        {
            "first": first,
            "last": last,
            "ranges": [_range_link(number, days) for number in RANGES],
            "form": form,
            "services": services,
            "totals": total(services),
            "chart": usage_chart(by_day, first, last),
            "forecast": forecast_sentence(recent.forecast),
            "recent": recent,
        },
    )


def _days(request: HttpRequest) -> int | None:
    chosen = request.GET.get("days", "")
    return next((days for days in RANGES if chosen == str(days)), None)


def _last_days(days: int) -> tuple[date, date]:
    today = clock.now().date()
    return today - timedelta(days=days - 1), today


def _range_link(days: int, chosen: int | None) -> RangeLink:
    return RangeLink(f"{days} days", f"{reverse('wallet:usage')}?days={days}", days == chosen)
