"""Forms of the pages where credits are bought."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from django import forms

from creditsite.kernel.credits import SMALLEST_CREDIT
from creditsite.kernel.forms import CreditsField
from creditsite.kernel.idempotency import CLIENT_KEY


class CodeField(forms.CharField):
    """A promotion's code, as people enter it: case does not matter."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs |= {"required": False, "max_length": 40}
        super().__init__(**kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return super().widget_attrs(widget) | {"autocomplete": "off", "spellcheck": "false"}

    def clean(self, value: Any) -> Any:
        return super().clean(value).upper()


class QuoteForm(forms.Form):
    """How many credits, and a code; whether they are for sale is the quote's business."""

    credits = CreditsField(
        min_value=SMALLEST_CREDIT,
        widget=forms.NumberInput(
            attrs={"step": "any", "inputmode": "decimal", "autocomplete": "off"}
        ),
    )
    code = CodeField(help_text="If you have one.")


class TopUpForm(QuoteForm):
    """A quote form that buys. Its hidden key makes a second press the same purchase."""

    idempotency_key = forms.RegexField(
        regex=rf"\A{CLIENT_KEY.pattern}\Z", required=False, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"idempotency_key": uuid4().hex} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)


class CodeForm(forms.Form):
    """A code to look at prices with."""

    code = CodeField()

    @property
    def entered(self) -> str:
        """The code that was sent; empty where there is none, or it is refused."""
        return self.cleaned_data.get("code", "") if self.is_valid() else ""


class BeginForm(CodeForm):
    """Which package is to be begun, with which code."""

    package = forms.SlugField()


class ChangeForm(forms.Form):
    """Which package to change to; once it was previewed, for which moment of Stripe's."""

    package = forms.SlugField()
    previewed_at = forms.IntegerField(required=False, min_value=0, max_value=2**33)

    def clean_previewed_at(self) -> datetime | None:
        """Return the moment that a number of seconds stands for."""
        seconds = self.cleaned_data["previewed_at"]
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


class MailPreferencesForm(forms.Form):
    """Which mails a customer wants."""

    receipts = forms.BooleanField(required=False, label="A receipt for each payment")
    renewals = forms.BooleanField(
        required=False, label="Seven days before your plan renews, what it will cost"
    )
    changes = forms.BooleanField(
        required=False, label="When your plan was changed, cancelled or resumed"
    )
