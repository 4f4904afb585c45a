"""What the operators' steps on packages ask for."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from billing.actions import PackageTerms
from billing.models import Interval, Package, PackageVisibility, Rollover
from creditsite.accounts.models import User
from creditsite.kernel.credits import SMALLEST_CREDIT
from creditsite.kernel.forms import CreditsField, MomentField
from wallet.admin.forms import LoggedReasonForm, StepForm

CENTS = 100
LONGEST_FEATURE = 120


class LinesField(forms.CharField):
    """A list of texts, one on a line."""

    widget = forms.Textarea(attrs={"rows": 4})

    def __init__(self, *, longest: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.longest = longest

    def clean(self, value: Any) -> list[str]:
        lines = [line.strip() for line in super().clean(value).splitlines()]
        if any(len(line) > self.longest for line in lines):
            raise ValidationError(f"A line has up to {self.longest} characters.")
        return [line for line in lines if line]


class DescribePackageForm(StepForm):
    """What people read of a package."""

    name = forms.CharField(max_length=60)
    tagline = forms.CharField(required=False, max_length=120, help_text="One line below the name.")
    features = LinesField(
        required=False, longest=LONGEST_FEATURE, help_text="One on a line; plans list them."
    )
    position = forms.IntegerField(
        min_value=0, max_value=1000, initial=0, help_text="Lower is shown first."
    )


class AddPackageForm(DescribePackageForm):
    """A new package, a draft at first."""

    slug = forms.SlugField(max_length=50, help_text="What API clients send. It stays for good.")

    field_order = ("name", "slug", "tagline", "features", "position")

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"]
        if Package.objects.filter(slug=slug).exists():
            raise ValidationError("Another package has this slug.")
        return slug


class PublishForm(LoggedReasonForm):
    """The terms of a version."""

    price = forms.DecimalField(
        min_value=Decimal("0.50"), max_digits=9, decimal_places=2, label="Price in dollars"
    )
    interval = forms.ChoiceField(choices=Interval.choices, label="Paid every")
    credits = CreditsField(min_value=SMALLEST_CREDIT, help_text="For each paid period.")
    rollover = forms.ChoiceField(choices=Rollover.choices, label="Credits unspent at the end")
    rollover_cap = CreditsField(
        required=False,
        min_value=SMALLEST_CREDIT,
        label="At most that many go on",
        help_text="Where some go on.",
    )
    rollover_months = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=60,
        label="They last for months",
        help_text="Where some or all go on, counted from the end of their period.",
    )
    top_up_discount_percent = forms.DecimalField(
        min_value=0,
        max_value=Decimal("99.99"),
        max_digits=5,
        decimal_places=2,
        initial=0,
        label="Percent off top-ups",
        help_text="While subscribed.",
    )
    starts_at = MomentField(
        required=False,
        label="Sold from (UTC)",
        help_text="Empty means now. Subscribers keep the version they have.",
    )

    field_order = (
        "price",
        "interval",
        "credits",
        "rollover",
        "rollover_cap",
        "rollover_months",
        "top_up_discount_percent",
        "starts_at",
        "reason",
    )

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if not self.errors:
            given["terms"] = PackageTerms(
                price_cents=int(given["price"] * CENTS),
                credits=given["credits"],
                interval=Interval(given["interval"]),
                rollover=Rollover(given["rollover"]),
                rollover_cap=given["rollover_cap"],
                rollover_months=given["rollover_months"],
                top_up_discount_percent=given["top_up_discount_percent"],
            )
        return given


class CustomersField(LinesField):
    """Customers by their e-mail addresses, one on a line."""

    def clean(self, value: Any) -> Any:
        addresses = super().clean(value)
        for address in addresses:
            validate_email(address)
        found = list(User.objects.filter(email__in=addresses))
        missing = sorted(set(addresses) - {user.email for user in found})
        if missing:
            raise ValidationError(f"No customer has the address {', '.join(missing)}.")
        return found


class OfferForm(StepForm):
    """Who is offered a package."""

    visibility = forms.ChoiceField(choices=PackageVisibility.choices, label="Offered to")
    customers = CustomersField(
        required=False,
        longest=254,
        help_text="Their e-mail addresses, one on a line. Only where customers are named.",
    )

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        named = given.get("customers")
        if given.get("visibility") == PackageVisibility.PRIVATE and named == []:
            self.add_error("customers", "Name at least one customer.")
        return given
