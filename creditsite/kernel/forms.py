"""Forms and their fields that every app shares."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from creditsite.kernel.credits import CREDIT_DIGITS, CREDIT_PLACES
from creditsite.kernel.texts import said_in

PLAIN_NUMBER = re.compile(r"[+-]?[0-9]*\.?[0-9]+")


class CreditsField(forms.DecimalField):
    """Credits in a form: plain digits, up to four places."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=CREDIT_DIGITS, decimal_places=CREDIT_PLACES, **kwargs)

    def to_python(self, value: Any) -> Any:
        # Python's Decimal also takes "1_0", "1e5" and digits of other scripts.
        text = str(value or "").strip()
        if text and not PLAIN_NUMBER.fullmatch(text):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


class ReasonField(forms.CharField):
    """Why something is done: a text of which something can be seen."""

    def __init__(self, *, max_length: int, help_text: str) -> None:
        widget = forms.Textarea(attrs={"rows": 3})
        super().__init__(max_length=max_length, help_text=help_text, widget=widget)

    def to_python(self, value: Any) -> str:
        return said_in(super().to_python(value) or "")


class MomentInput(forms.DateTimeInput):
    """The browser's own field for a date and a time."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(attrs={"step": "1"}, format="%Y-%m-%dT%H:%M:%S")


class MomentField(forms.DateTimeField):
    """A moment in a form; without an offset it is taken as UTC."""

    widget = MomentInput

    def to_python(self, value: Any) -> datetime | None:
        moment: datetime | None = super().to_python(value)
        try:
            # Python takes an offset of up to a day, the database one of less than 16 hours.
            return moment and moment.astimezone(UTC)
        except OverflowError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None


class KeysetForm(forms.Form):
    """Where a page of a list begins."""

    before = forms.IntegerField(required=False, min_value=1, max_value=2**62)
    after = forms.IntegerField(required=False, min_value=0, max_value=2**62)
