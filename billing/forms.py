"""Forms of the pages where credits are bought."""

from __future__ import annotations

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
