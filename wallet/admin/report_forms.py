"""The form above every report."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from creditsite.kernel import clock
from creditsite.kernel.report import ReportRange, Step

USUAL_DAYS = 30
MOST_DAYS = {Step.DAY: 400, Step.MONTH: 3660}
TOO_LONG = {
    Step.DAY: f"Choose at most {MOST_DAYS[Step.DAY]} days, or go by month.",
    Step.MONTH: "Choose at most ten years.",
}


class ReportRangeForm(forms.Form):
    """Which days (UTC, both counted) a report is about, and how long its periods are."""

    start = forms.DateField(label="From", widget=forms.DateInput(attrs={"type": "date"}))
    end = forms.DateField(label="To", widget=forms.DateInput(attrs={"type": "date"}))
    step = forms.ChoiceField(
        label="By", choices=[(Step.DAY.value, "Day"), (Step.MONTH.value, "Month")]
    )

    @classmethod
    def usual(cls) -> dict[str, Any]:
        """Return what is filled in where nothing was asked: the last 30 days."""
        return query_of(ReportRange.last_days(USUAL_DAYS))

    def clean(self) -> dict[str, Any]:
        asked = super().clean() or {}
        if not {"start", "end", "step"} <= asked.keys():
            return asked
        today = clock.now().date()
        # Days to come have no figures, and the last day there is has none after it.
        first, last, step = asked["start"], min(asked["end"], today), Step(asked["step"])
        if first > asked["end"]:
            raise forms.ValidationError("The first day is after the last one.")
        if first > today:
            raise forms.ValidationError("These days are still to come.")
        if (last - first).days >= MOST_DAYS[step]:
            raise forms.ValidationError(TOO_LONG[step])
        asked["chosen"] = ReportRange(first, last, step)
        return asked

    @property
    def chosen(self) -> ReportRange:
        """The range, where the form is valid."""
        found = self.cleaned_data["chosen"]
        assert isinstance(found, ReportRange)
        return found


def query_of(chosen: ReportRange) -> dict[str, date | str]:
    """Return what an address carries of a range."""
    return {"start": chosen.first, "end": chosen.last, "step": chosen.step.value}
