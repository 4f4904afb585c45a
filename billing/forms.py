"""Forms of the pages where credits are bought."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from django import forms

from creditsite.kernel.credits import SMALLEST_CREDIT
from creditsite.kernel.forms import CreditsField
from creditsite.kernel.idempotency import CLIENT_KEY


class QuoteForm(forms.Form):
    """How many credits; whether they are for sale is the quote's business."""

    credits = CreditsField(
        min_value=SMALLEST_CREDIT,
        widget=forms.NumberInput(
            attrs={"step": "any", "inputmode": "decimal", "autocomplete": "off"}
        ),
    )


class TopUpForm(QuoteForm):
    """A quote form that buys. Its hidden key makes a second press the same purchase."""

    idempotency_key = forms.RegexField(
        regex=rf"\A{CLIENT_KEY.pattern}\Z", required=False, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"idempotency_key": uuid4().hex} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)


class BeginForm(forms.Form):
    """Which package is to be begun."""

    package = forms.SlugField()


class ChangeForm(forms.Form):
    """Which package to change to; once it was previewed, for which moment of Stripe's."""

    package = forms.SlugField()
    previewed_at = forms.IntegerField(required=False, min_value=0, max_value=2**33)

    def clean_previewed_at(self) -> datetime | None:
        """Return the moment that a number of seconds stands for."""
        seconds = self.cleaned_data["previewed_at"]
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
