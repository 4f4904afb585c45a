"""Forms about API keys and factors."""

from __future__ import annotations

from typing import ClassVar

from django import forms

from creditsite.accounts.models import ApiKey, Scope
from creditsite.kernel.forms import ReasonField

LONGEST_REASON = 500
SCOPES_IN_WORDS = [(scope.value, f"{scope.label} ({scope.value})") for scope in Scope]


class ApiKeyForm(forms.ModelForm[ApiKey]):
    """Name a key and say what it may do."""

    scopes = forms.MultipleChoiceField(
        choices=SCOPES_IN_WORDS,
        widget=forms.CheckboxSelectMultiple,
        label="It may",
        # What most keys are made for.
        initial=[Scope.USAGE_WRITE],
        error_messages={"required": "Choose at least one."},
    )

    class Meta:
        model = ApiKey
        fields = ("name", "scopes")
        help_texts: ClassVar = {"name": "What will use it, such as “Nightly import”."}


class ResetFactorsForm(forms.Form):
    """Why somebody's second factor is taken away."""

    reason = ReasonField(
        max_length=LONGEST_REASON,
        help_text="How you know it is them who ask. It stands in the audit log.",
    )


class RevokeKeysForm(forms.Form):
    """Why keys are revoked."""

    reason = ReasonField(
        max_length=LONGEST_REASON,
        help_text="For operators: it stands in the audit log, with each key.",
    )
