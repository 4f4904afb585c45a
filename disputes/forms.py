"""Forms of the disputes' pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from creditsite.kernel.credits import SMALLEST_CREDIT
from creditsite.kernel.forms import CreditsField
from disputes.models import DisputeReason
from disputes.models.dispute import LONGEST_EXPLANATION, SHORTEST_EXPLANATION
from disputes.models.timeline import LONGEST_MESSAGE

LARGEST_ID = 2**63 - 1
ACCEPTED = ".png,.jpg,.jpeg,.webp,.pdf,.txt,.log"
FILES_HELP = "PNG, JPEG, WebP, PDF or plain text, up to 5 MB each."


class FilesInput(forms.ClearableFileInput):
    """The browser's own field for several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files; what they are is found out when they are kept."""

    def __init__(self, **kwargs: Any) -> None:
        widget = FilesInput(attrs={"multiple": True, "accept": ACCEPTED})
        super().__init__(required=False, widget=widget, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        files = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(each, initial) for each in files if each]


class SubjectForm(forms.Form):
    """What a dispute is about, as an address names it: `?entry=1&entry=2`, or `?invoice=3`."""

    entry = forms.TypedMultipleChoiceField(required=False, coerce=int)
    invoice = forms.IntegerField(required=False, min_value=1, max_value=LARGEST_ID)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        # Whether an entry may be disputed is said one by one; here it need only be a number.
        named = [each for each in data.getlist("entry") if each.isdecimal() and each.isascii()]
        choices = [(each, each) for each in named if int(each) <= LARGEST_ID]
        self.fields["entry"].choices = choices  # type: ignore[attr-defined]


class OpenForm(forms.Form):
    """What is wrong with the charges or the payment, and what shows it."""

    reason = forms.ChoiceField(choices=DisputeReason.choices, label="What is wrong?")
    credits = CreditsField(
        required=False,
        min_value=SMALLEST_CREDIT,
        label="Credits you claim",
        help_text="Leave empty to claim all of it.",
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )
    explanation = forms.CharField(
        min_length=SHORTEST_EXPLANATION,
        max_length=LONGEST_EXPLANATION,
        label="What happened?",
        help_text="What you expected and what happened instead. At least 20 characters.",
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    evidence = FilesField(label="Files", help_text=f"Up to 5. {FILES_HELP}")

    def __init__(self, data: Any = None, files: Any = None, *, takes_credits: bool) -> None:
        super().__init__(data, files)
        if not takes_credits:
            del self.fields["credits"]


class WriteForm(forms.Form):
    """A message to the operators, with files."""

    text = forms.CharField(
        max_length=LONGEST_MESSAGE, label="Message", widget=forms.Textarea(attrs={"rows": 4})
    )
    evidence = FilesField(label="Files", help_text=FILES_HELP)

    def __init__(self, data: Any = None, files: Any = None, *, takes_files: bool = True) -> None:
        super().__init__(data, files)
        if not takes_files:
            del self.fields["evidence"]


class AppealForm(forms.Form):
    """Why a ruling should be reviewed."""

    reason = forms.CharField(
        min_length=SHORTEST_EXPLANATION,
        max_length=LONGEST_EXPLANATION,
        label="Why should we look again?",
        help_text="What the ruling overlooked. At least 20 characters.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )
