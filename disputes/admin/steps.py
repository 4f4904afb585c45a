"""What operators do with a case."""

from __future__ import annotations

from typing import Any

from creditsite.kernel.credits import ZERO
from creditsite.kernel.formatting import credits as show
from creditsite.kernel.formatting import money
from disputes.actions import (
    ask_customer,
    assign_dispute,
    note_in_dispute,
    record_refund,
    rule_on_dispute,
    rule_on_incident,
    take_dispute,
    tell_in_dispute,
)
from disputes.actions.cases import REVIEW_RIGHT
from disputes.actions.incident import INCIDENT_RIGHT, CaseResult
from disputes.actions.refund import REFUND_RIGHT
from disputes.actions.review import ASSIGN_RIGHT
from disputes.actions.rule import Decision
from disputes.admin.forms import AssignForm, RefundForm, RuleForm, RuleOnIncidentForm, TextForm
from disputes.errors import NoSuchCases
from disputes.models import Dispute, DisputedPurchase, DisputeStep, RulingOutcome
from disputes.reports.review import review_of
from wallet.admin.steps import Asked, Done, Preview, Step
from wallet.admin.tables import Cell, Table, number
from wallet.models import Incident, Wallet


class CaseStep(Step[Dispute]):
    """A step that is open where the case allows it."""

    permission = REVIEW_RIGHT
    is_previewed = False
    allowed_by: DisputeStep

    def is_open(self, row: Dispute) -> bool:
        return row.allows(self.allowed_by)


class Take(CaseStep):
    name = "take"
    label = "Take"
    allowed_by = DisputeStep.TAKE
    lead = "Makes the case yours, also where a colleague has it."

    def act(self, row: Dispute, asked: Asked) -> Done:
        return Done("The case is yours.", take_dispute(dispute=row, reviewer=asked.user))


class Assign(CaseStep):
    name = "assign"
    label = "Assign"
    permission = ASSIGN_RIGHT
    form_class = AssignForm
    allowed_by = DisputeStep.TAKE
    lead = "Gives the case to somebody who may review it."

    def act(self, row: Dispute, asked: Asked) -> Done:
        reviewer = asked.data["reviewer"]
        given = assign_dispute(dispute=row, reviewer=reviewer, assigner=asked.user)
        return Done(f"The case is {reviewer.email}'s.", given)


class Ask(CaseStep):
    name = "ask"
    label = "Ask the customer"
    form_class = TextForm
    allowed_by = DisputeStep.ASK
    lead = (
        "Until the customer answers, for up to 7 days, your time does not run. The case is yours."
    )

    def act(self, row: Dispute, asked: Asked) -> Done:
        waiting = ask_customer(dispute=row, question=asked.data["text"], reviewer=asked.user)
        return Done("The customer is asked.", waiting)


class Tell(CaseStep):
    name = "tell"
    label = "Write to the customer"
    form_class = TextForm
    allowed_by = DisputeStep.TELL
    lead = "Without waiting for an answer: your time runs on."

    def act(self, row: Dispute, asked: Asked) -> Done:
        tell_in_dispute(dispute=row, text=asked.data["text"], reviewer=asked.user)
        return Done("The message is sent.", row)


class Note(CaseStep):
    name = "note"
    label = "Note"
    form_class = TextForm
    allowed_by = DisputeStep.NOTE
    lead = "Operators alone see it."

    def act(self, row: Dispute, asked: Asked) -> Done:
        note_in_dispute(dispute=row, text=asked.data["text"], reviewer=asked.user)
        return Done("The note is kept.", row)


class Rule(CaseStep):
    name = "rule"
    label = "Rule"
    is_previewed = True
    allowed_by = DisputeStep.RULE
    lead = (
        "The next page shows what it brings before anything is done. In an appeal, what is given"
        " comes on top of the first ruling, and the ruling is final."
    )

    def form(self, row: Dispute, data: Any) -> RuleForm:
        return RuleForm(data, row, review_of(row))

    def wallet(self, row: Dispute) -> Wallet:
        return row.wallet

    def act(self, row: Dispute, asked: Asked) -> Done:
        ruling = rule_on_dispute(dispute=row, decision=asked.data["decision"], reviewer=asked.user)
        given = sum((each.credits for each in ruling.charges.all()), ZERO)
        parts = [ruling.get_outcome_display()]
        if given:
            parts.append(f"{show(given)} credits back")
        if ruling.granted_cents:
            currency = row.purchase.invoice.currency
            parts.append(f"{money(ruling.granted_cents, currency)} to be paid back by hand")
        return Done(f"{', '.join(parts)}.", row)


class RecordRefund(CaseStep):
    name = "record_refund"
    label = "Refund made"
    permission = REFUND_RIGHT
    form_class = RefundForm
    allowed_by = DisputeStep.NOTE
    lead = (
        "Says that you paid the money back at Stripe, and mails the customer. It moves no money"
        " and no credits: claw back what the payment brought on the page of the wallet."
    )

    def is_open(self, row: Dispute) -> bool:
        purchase = DisputedPurchase.objects.filter(dispute=row).first()
        return bool(purchase and purchase.due_cents)

    def act(self, row: Dispute, asked: Asked) -> Done:
        record_refund(dispute=row, reference=asked.data["reference"], operator=asked.user)
        return Done("The refund is kept, and the customer is told.", row)


class RuleOnIncident(Step[Dispute]):
    name = "incident"
    label = "Rule on an incident"
    permission = INCIDENT_RIGHT
    form_class = RuleOnIncidentForm
    lead = (
        "Rules on every case, before its first ruling, that is about charges of one service in a"
        " range of time and nothing else. The next page lists who gets what; up to 200 at once."
    )

    def title(self, row: Dispute) -> str:
        return self.label

    def preview(self, row: Dispute, asked: Asked) -> Preview:
        results = self._rule(asked, is_rehearsal=True)
        return Preview(_summary(results), table=_results_table(results))

    def act(self, row: Dispute, asked: Asked) -> Done:
        return Done(_summary(self._rule(asked)), asked.data["service"])

    def _rule(self, asked: Asked, *, is_rehearsal: bool = False) -> list[CaseResult]:
        data = asked.data
        results = rule_on_incident(
            incident=Incident(data["service"], data["begins_at"], data["ends_at"]),
            decision=Decision(RulingOutcome(data["outcome"]), data["explanation"]),
            reviewer=asked.user,
            is_rehearsal=is_rehearsal,
        )
        if not results:
            raise NoSuchCases("No case is about that service and time alone.")
        return results


def _summary(results: list[CaseResult]) -> str:
    ruled = [result for result in results if not result.refusal]
    customers = {result.dispute.wallet_id for result in ruled}
    given = sum((result.credits for result in ruled), ZERO)
    left = len(results) - len(ruled)
    more = f" {left} left to an operator." if left else ""
    return (
        f"{len(ruled)} cases of {len(customers)} customers ruled on, "
        f"{show(given)} credits back.{more}"
    )


def _results_table(results: list[CaseResult]) -> Table:
    return Table(
        title="Who gets what",
        heads=("Dispute", "Customer", "Charges", "Credits back", "Left out because"),
        rows=[
            [
                Cell(str(result.dispute.pk)),
                Cell(result.dispute.wallet.customer.email),
                Cell(str(len(result.dispute.charges.all())), is_number=True),
                number(result.credits),
                Cell(result.refusal),
            ]
            for result in results
        ],
    )
