"""Forms of the wallet's pages."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms

from creditsite.kernel.credits import SMALLEST_CREDIT, ZERO
from creditsite.kernel.forms import CreditsField
from wallet.actions.alerts import MOST_ALERT_DAYS
from wallet.models import EntryKind, LimitPeriod, Service
from wallet.reports.history import HistoryFilter
from wallet.reports.usage import MOST_DAYS


class HistoryFilterForm(forms.Form):
    """Which entries of the history to show, and from where."""

    kind = forms.ChoiceField(
        choices=[("", "All kinds"), *EntryKind.choices], required=False, label="Kind"
    )
    service = forms.ModelChoiceField(
        Service.objects.all(),
        to_field_name="slug",
        required=False,
        label="Service",
        empty_label="All services",
    )
    start = forms.DateField(
        required=False, label="From", widget=forms.DateInput(attrs={"type": "date"})
    )
    end = forms.DateField(
        required=False, label="To", widget=forms.DateInput(attrs={"type": "date"})
    )
    text = forms.CharField(required=False, max_length=100, label="Text")

    def clean(self) -> dict[str, Any]:
        chosen = self.cleaned_data
        start, end = chosen.get("start"), chosen.get("end")
        if start and end and start > end:
            self.add_error("end", "The last day is before the first one.")
        return chosen

    @property
    def chosen(self) -> HistoryFilter:
        """The filter, where the form is valid."""
        return HistoryFilter(**self.cleaned_data)

    @property
    def query(self) -> str:
        """What was filled in, as an address carries it on."""
        return urlencode([(name, self.data[name]) for name in self.fields if self.data.get(name)])


class StatementForm(forms.Form):
    """Which entries a statement is to hold, by their numbers, both counted."""

    from_sequence = forms.IntegerField(min_value=1, max_value=2**62, label="From entry number")
    to_sequence = forms.IntegerField(
        required=False, min_value=1, max_value=2**62, label="To entry number"
    )


class UsageRangeForm(forms.Form):
    """Which days of usage to show, both counted."""

    start = forms.DateField(label="From", widget=forms.DateInput(attrs={"type": "date"}))
    end = forms.DateField(label="To", widget=forms.DateInput(attrs={"type": "date"}))

    def clean(self) -> dict[str, Any]:
        chosen = super().clean() or {}
        if "start" in chosen and "end" in chosen:
            if chosen["start"] > chosen["end"]:
                raise forms.ValidationError("The first day is after the last one.")
            if (chosen["end"] - chosen["start"]).days >= MOST_DAYS:
                raise forms.ValidationError(f"Choose at most {MOST_DAYS} days.")
        return chosen


class AlertsForm(forms.Form):
    """When to warn the customer; an empty number switches a warning off."""

    below = CreditsField(
        required=False,
        min_value=SMALLEST_CREDIT,
        label="Warn when fewer credits are left than",
        help_text="Available credits: what is neither spent nor held.",
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )
    days = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=MOST_ALERT_DAYS,
        label="Warn when credits last for fewer days than",
        help_text="For how many days the credits last, if days go on like the last four weeks.",
    )
    expiry_days = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=MOST_ALERT_DAYS,
        label="Warn so many days before credits expire",
        help_text="Of credits you bought or were given. A plan's credits go by its terms.",
    )
    limits = forms.BooleanField(
        required=False, label="Warn when 80 % of a limit is used, and when it is reached"
    )


class LimitForm(forms.Form):
    """The most credits to spend in a day or a month."""

    service = forms.ModelChoiceField(
        Service.objects.all(),
        to_field_name="slug",
        required=False,
        label="Service",
        empty_label="All services together",
    )
    period = forms.ChoiceField(choices=LimitPeriod.choices, label="Per")
    credits = CreditsField(
        min_value=ZERO,
        label="Credits",
        help_text="0 stops this spending.",
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )
