"""What the operators' steps on disputes ask for."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from creditsite.accounts.models import User
from creditsite.kernel.credits import ZERO
from creditsite.kernel.formatting import credits as show
from creditsite.kernel.formatting import money
from creditsite.kernel.forms import CreditsField
from disputes.actions import Decision
from disputes.actions.cases import REVIEW_RIGHT
from disputes.models import Dispute, RulingOutcome
from disputes.models.timeline import LONGEST_MESSAGE
from disputes.reports.review import Review
from wallet.admin.forms import StepForm
from wallet.admin.incident_forms import IncidentForm

CENTS = 100
TEXT = forms.Textarea(attrs={"rows": 6, "class": "vLargeTextField"})


class TextForm(StepForm):
    """What is asked, written or noted."""

    text = forms.CharField(max_length=LONGEST_MESSAGE, widget=TEXT)


class AssignForm(StepForm):
    """Who is to review."""

    reviewer = forms.ModelChoiceField(queryset=User.objects.none())

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        reviewers = User.objects.holders_of(REVIEW_RIGHT).order_by("email")
        self.fields["reviewer"] = forms.ModelChoiceField(queryset=reviewers)


class RuleForm(StepForm):
    """A ruling: its outcome, for a partial refund how much, and what the customer reads."""

    outcome = forms.ChoiceField(choices=RulingOutcome.choices)
    explanation = forms.CharField(
        max_length=LONGEST_MESSAGE,
        widget=TEXT,
        help_text="Sent to the customer.",
    )

    def __init__(self, data: Any, dispute: Dispute, review: Review) -> None:
        suggestion = review.suggestion
        super().__init__(data)
        self.dispute, self.review = dispute, review
        self.fields["outcome"].initial = suggestion.outcome
        self.fields["outcome"].help_text = f"Suggested: {suggestion.outcome.label.lower()}."
        self.fields["explanation"].initial = suggestion.explanation
        for facts in review.facts:
            self.fields[f"credits_{facts.spend.pk}"] = CreditsField(
                required=False,
                min_value=ZERO,
                label=f"Credits of charge {facts.spend.sequence}",
                initial=suggestion.credits.get(facts.spend.pk),
                help_text=f"For a partial refund, up to {show(facts.most)}.",
            )
        if review.purchase:
            purchase = review.purchase.purchase
            most = money(purchase.open_claim_cents, purchase.invoice.currency)
            self.fields["amount"] = forms.DecimalField(
                required=False,
                min_value=Decimal("0.01"),
                decimal_places=2,
                max_digits=12,
                label="Money to pay back",
                help_text=f"For a partial refund, less than {most}.",
            )
        self.order_fields(["outcome", *self.amount_names, "explanation"])

    @property
    def amount_names(self) -> list[str]:
        return [name for name in self.fields if name.startswith("credits_") or name == "amount"]

    def clean(self) -> dict[str, Any]:
        chosen = self.cleaned_data
        if "outcome" in chosen and "explanation" in chosen:
            chosen["decision"] = self._decision()
        return chosen

    def _decision(self) -> Decision:
        """Return the ruling that was filled in; amounts count for a partial refund alone."""
        outcome = RulingOutcome(self.cleaned_data["outcome"])
        credits: dict[int, Decimal] = {}
        cents = None
        if outcome == RulingOutcome.PARTIAL_REFUND:
            for facts in self.review.facts:
                named = self.cleaned_data.get(f"credits_{facts.spend.pk}")
                if named:
                    credits[facts.spend.pk] = named
            amount = self.cleaned_data.get("amount")
            cents = int(amount * CENTS) if amount else None
        return Decision(outcome, self.cleaned_data["explanation"], credits, cents)


class RefundForm(StepForm):
    """Under which id Stripe keeps the refund that was made."""

    reference = forms.CharField(
        max_length=255,
        label="Stripe refund",
        help_text="Its id, such as re_…, from Stripe's dashboard, where you made it.",
    )


class RuleOnIncidentForm(IncidentForm):
    """What went wrong and when, and how to rule on the cases about it."""

    outcome = forms.ChoiceField(
        choices=[
            (each.value, each.label)
            for each in RulingOutcome
            if each != RulingOutcome.PARTIAL_REFUND
        ]
    )
    explanation = forms.CharField(
        max_length=LONGEST_MESSAGE,
        widget=TEXT,
        help_text="Sent to each customer.",
    )
