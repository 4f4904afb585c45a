"""Forms of the wallet's pages and of its admin."""

from __future__ import annotations

from decimal import Decimal

from django import forms

from creditsite.kernel.forms import CreditsField
from wallet.actions.reasons import LONGEST_REASON
from wallet.models import EntryKind, Service


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


class KeysetForm(forms.Form):
    """Where a page of the history begins."""

    before = forms.IntegerField(required=False, min_value=1, max_value=2**62)
    after = forms.IntegerField(required=False, min_value=0, max_value=2**62)


class ReasonForm(forms.Form):
    """The reason an operator gives; the customer sees it."""

    reason = forms.CharField(
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Shown to the customer.",
    )


class AdjustForm(ReasonForm):
    """How many credits an operator adds or takes, and why."""

    credits = CreditsField(help_text="Positive adds credits, negative takes them out.")
    form_id = forms.SlugField(max_length=64, widget=forms.HiddenInput)

    field_order = ("credits", "reason")

    def clean_credits(self) -> Decimal:
        credits: Decimal = self.cleaned_data["credits"]
        if not credits:
            raise forms.ValidationError("Give a number of credits to add or to take out.")
        return credits
