"""What the operators' steps ask for."""

from __future__ import annotations

import secrets
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.text import slugify

from creditsite.kernel import clock
from creditsite.kernel.credits import SMALLEST_CREDIT, ZERO
from creditsite.kernel.formatting import credits as show
from creditsite.kernel.forms import CreditsField, MomentField, ReasonField
from wallet.actions.reasons import LONGEST_REASON
from wallet.models import GRANTED_BY_HAND, Grant, Service, ServiceRate
from wallet.models.note import LONGEST_NOTE

LONGEST_UNIT = ServiceRate._meta.get_field("unit").max_length


class StepForm(forms.Form):
    """A step's form. Its hidden id makes a second press the same step."""

    form_id = forms.SlugField(
        max_length=64, widget=forms.HiddenInput, initial=lambda: secrets.token_hex(16)
    )


class ReasonForm(StepForm):
    """The reason an operator gives; the customer sees it."""

    reason = ReasonField(max_length=LONGEST_REASON, help_text="Shown to the customer.")


class LoggedReasonForm(StepForm):
    """The reason an operator gives; operators alone see it."""

    reason = ReasonField(
        max_length=LONGEST_REASON, help_text="Kept in the history of this page, for operators."
    )


class NoteForm(StepForm):
    """What an operator notes."""

    text = forms.CharField(
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="Operators alone see it, for good: it can't be changed or taken back.",
    )


class AdjustForm(ReasonForm):
    """How many credits an operator adds or takes, and why."""

    credits = CreditsField(help_text="Positive adds credits, negative takes them out.")

    field_order = ("credits", "reason")

    def clean_credits(self) -> Decimal:
        credits: Decimal = self.cleaned_data["credits"]
        if not credits:
            raise forms.ValidationError("Give a number of credits to add or to take out.")
        return credits


class GrantForm(ReasonForm):
    """Which lot an operator puts in, and why."""

    credits = CreditsField(min_value=SMALLEST_CREDIT)
    source = forms.ChoiceField(choices=[(each.value, each.label) for each in GRANTED_BY_HAND])
    expires_at = MomentField(
        required=False,
        label="Expiry (UTC)",
        help_text="Empty means that they never expire.",
    )

    field_order = ("credits", "source", "expires_at", "reason")

    def clean_expires_at(self) -> datetime | None:
        expires_at: datetime | None = self.cleaned_data["expires_at"]
        if expires_at and expires_at <= clock.now():
            raise forms.ValidationError("Choose a moment to come.")
        return expires_at


class LotField(forms.ModelChoiceField[Grant]):
    """A choice of lots, each with what is left of it."""

    def label_from_instance(self, obj: Grant) -> str:
        source = obj.get_source_display()
        return f"Lot {obj.pk}: {show(obj.remaining)} of {show(obj.credits)} ({source})"


class ClawBackForm(ReasonForm):
    """How many credits are taken back, from where, and why."""

    credits = CreditsField(min_value=SMALLEST_CREDIT)
    grant = LotField(
        Grant.objects.none(),
        required=False,
        label="Lot",
        empty_label="None in particular",
        help_text="The lot whose money was taken back.",
    )
    go_on = forms.BooleanField(
        required=False,
        initial=True,
        label="Go on with other lots",
        help_text="When the lot holds too few. Otherwise the rest becomes debt at once.",
    )
    reference = forms.CharField(
        required=False, max_length=255, help_text="What it is about, such as a Stripe charge."
    )

    field_order = ("credits", "grant", "go_on", "reference", "reason")

    def __init__(self, data: Any, *, lots: QuerySet[Grant]) -> None:
        super().__init__(data)
        grant = self.fields["grant"]
        assert isinstance(grant, LotField)
        grant.queryset = lots.order_by("priority", "expires_at", "id")


class ReverseForm(ReasonForm):
    """How much of a spend is given back, and why."""

    credits = CreditsField(
        required=False, min_value=SMALLEST_CREDIT, help_text="Empty gives back all that is left."
    )

    field_order = ("credits", "reason")


class RollOverForm(ReasonForm):
    """How much of a lot goes on in a new one, until when, and why."""

    most = CreditsField(
        required=False,
        min_value=SMALLEST_CREDIT,
        label="At most",
        help_text="Empty carries over all that is left and not held.",
    )
    expires_at = MomentField(label="New expiry (UTC)", help_text="Later than the lot's own.")

    field_order = ("most", "expires_at", "reason")

    def __init__(self, data: Any, *, lot: Grant) -> None:
        super().__init__(data)
        self.lot = lot

    def clean_expires_at(self) -> datetime:
        expires_at: datetime = self.cleaned_data["expires_at"]
        if self.lot.never_expires:
            raise forms.ValidationError("This lot never expires. Leave it as it is.")
        if expires_at <= max(self.lot.expires_at, clock.now()):
            raise forms.ValidationError("Choose a moment to come, later than the lot's expiry.")
        return expires_at


class NewPriceForm(LoggedReasonForm):
    """A price of a service, and from when on it is in force."""

    credits_per_unit = CreditsField(min_value=SMALLEST_CREDIT)
    unit = forms.CharField(max_length=LONGEST_UNIT, help_text="What is counted, such as “run”.")
    minimum_credits = CreditsField(
        required=False, min_value=ZERO, help_text="What a spend costs at least; 0 for no minimum."
    )
    effective_at = MomentField(
        required=False,
        label="In force from (UTC)",
        help_text="Empty means now.",
    )

    field_order = ("credits_per_unit", "unit", "minimum_credits", "effective_at", "reason")

    def clean_minimum_credits(self) -> Decimal:
        return self.cleaned_data["minimum_credits"] or ZERO


def small_letters(slug: str) -> None:
    """Raise `ValidationError` for capitals: no two slugs differ by those alone."""
    if slug != slug.lower():
        raise forms.ValidationError(f"A slug has no capitals. Write {slug.lower()} instead.")


class DescribeServiceForm(StepForm):
    """What people read of a service."""

    name = forms.CharField(max_length=100)
    description = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 3}))


class AddServiceForm(DescribeServiceForm):
    """A new service and its first price."""

    slug = forms.SlugField(
        required=False,
        max_length=50,
        validators=[small_letters],
        help_text="What API clients send; empty makes it of the name.",
    )
    unit = NewPriceForm.base_fields["unit"]
    credits_per_unit = NewPriceForm.base_fields["credits_per_unit"]
    minimum_credits = NewPriceForm.base_fields["minimum_credits"]

    field_order = ("name", "slug", "description", "credits_per_unit", "unit", "minimum_credits")

    def clean_minimum_credits(self) -> Decimal:
        return self.cleaned_data["minimum_credits"] or ZERO

    def clean(self) -> dict[str, Any]:
        if "slug" in self.errors:
            return self.cleaned_data
        slug = self.cleaned_data.get("slug") or slugify(self.cleaned_data.get("name", ""))[:50]
        if not slug and "name" in self.cleaned_data:
            self.add_error("slug", "The name makes no slug: give one of letters and digits.")
        elif Service.objects.filter(slug=slug).exists():
            self.add_error("slug", "Another service has this slug.")
        return {**self.cleaned_data, "slug": slug}


class AsOfForm(forms.Form):
    """The moment at which a wallet is looked at."""

    at = MomentField(label="As of (UTC)")

    def clean_at(self) -> datetime:
        at: datetime = self.cleaned_data["at"]
        if at > clock.now():
            raise forms.ValidationError("This moment is still to come.")
        return at
