"""What steps on an incident ask for."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from creditsite.kernel.forms import MomentField
from wallet.admin.forms import ReasonForm, StepForm
from wallet.models import Service
from wallet.models.compensation import ALL_OF_IT

SMALLEST_SHARE = Decimal("0.01")


class IncidentForm(StepForm):
    """What went wrong and when."""

    service = forms.ModelChoiceField(queryset=Service.objects.all())
    begins_at = MomentField(label="From (UTC)")
    ends_at = MomentField(label="Until before (UTC)")

    def clean(self) -> dict[str, Any]:
        chosen = self.cleaned_data
        begins_at, ends_at = chosen.get("begins_at"), chosen.get("ends_at")
        if begins_at and ends_at and begins_at >= ends_at:
            self.add_error("ends_at", "The end is not after the beginning.")
        return chosen


class CompensateForm(ReasonForm, IncidentForm):
    """What of the charges of an incident is given back, and why."""

    percent = forms.DecimalField(
        label="Share in percent",
        initial=100,
        min_value=SMALLEST_SHARE,
        max_value=ALL_OF_IT,
        max_digits=5,
        decimal_places=2,
        help_text="Of each charge; what was given back of it before counts in.",
    )
    failed_only = forms.BooleanField(
        required=False,
        label="Only runs that failed",
        help_text="Those whose metadata say “outcome”: “failed”.",
    )

    field_order = ("service", "begins_at", "ends_at", "percent", "failed_only", "reason")
