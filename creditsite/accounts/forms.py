"""Forms about API keys and factors."""

from __future__ import annotations

from django import forms

from creditsite.accounts.models import ApiKey, Scope


class ApiKeyForm(forms.ModelForm[ApiKey]):
    """Name a key and say what it may do."""

    scopes = forms.MultipleChoiceField(
        choices=Scope.choices, widget=forms.CheckboxSelectMultiple, label="It may"
    )

    class Meta:
        model = ApiKey
        fields = ("name", "scopes")


class ResetFactorsForm(forms.Form):
    """Why somebody's second factor is taken away."""

    reason = forms.CharField(
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="How you know it is them who ask. It stands in the audit log.",
    )
