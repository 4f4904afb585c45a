"""Forms about API keys."""

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
