"""Changes of credits that wait for a second operator, in the admin."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.contrib import admin

from creditsite.accounts.models import User
from creditsite.accounts.search import person
from creditsite.kernel.formatting import signed_credits
from wallet.actions import approve_request, decline_request, withdraw_request
from wallet.actions.approval import DECIDE_RIGHT
from wallet.admin.forms import LoggedReasonForm
from wallet.admin.search import BY_WALLET, of_wallet
from wallet.admin.steps import Asked, Done, Step, StepsAdmin
from wallet.models import ApprovalRequest, RequestStatus, Wallet


class DecisionStep(Step[ApprovalRequest]):
    """A step of an operator other than who asked."""

    permission = DECIDE_RIGHT
    form_class = LoggedReasonForm

    def is_open(self, row: ApprovalRequest) -> bool:
        return row.status == RequestStatus.WAITING

    def is_open_to(self, row: ApprovalRequest, user: User) -> bool:
        return super().is_open_to(row, user) and row.may_be_decided_by(user.pk)


class Approve(DecisionStep):
    name = "approve"
    label = "Approve"
    lead = (
        "Posts what was asked for, or starts the compensation. The customer reads the reason of"
        " who asked, not yours."
    )

    def wallet(self, row: ApprovalRequest) -> Wallet | None:
        return row.wallet

    def act(self, row: ApprovalRequest, asked: Asked) -> Done:
        approved = approve_request(request=row, reason=asked.data["reason"], approver=asked.user)
        done = "started" if approved.compensation else "posted"
        return Done(f"Approved: {_change_in_words(approved)} {done}.", approved)


class Decline(DecisionStep):
    name = "decline"
    label = "Decline"
    is_previewed = False
    lead = "Decides that it is not posted. Who asked for it may ask anew."

    def act(self, row: ApprovalRequest, asked: Asked) -> Done:
        declined = decline_request(request=row, reason=asked.data["reason"], approver=asked.user)
        return Done(f"Declined: {_change_in_words(declined)}.", declined)


class Withdraw(Step[ApprovalRequest]):
    name = "withdraw"
    label = "Withdraw"
    form_class = LoggedReasonForm
    is_previewed = False
    lead = "Takes back what you asked for."

    def is_open(self, row: ApprovalRequest) -> bool:
        return row.status == RequestStatus.WAITING

    def is_open_to(self, row: ApprovalRequest, user: User) -> bool:
        return super().is_open_to(row, user) and row.asked_by_id == user.pk

    def act(self, row: ApprovalRequest, asked: Asked) -> Done:
        taken_back = withdraw_request(request=row, reason=asked.data["reason"], operator=asked.user)
        return Done(f"Withdrawn: {_change_in_words(taken_back)}.", taken_back)


@admin.register(ApprovalRequest)
class ApprovalRequestAdmin(StepsAdmin[ApprovalRequest]):
    """What operators asked for and another decides on; what waits comes first."""

    steps = (Approve(), Decline(), Withdraw())
    ordering = ("-is_waiting", "-id")
    list_display = (
        "id",
        "status",
        "wallet",
        "kind",
        "signed",
        "asked_by",
        "asked_at",
        "decided_by",
    )
    list_display_links = ("id",)
    list_filter = ("status", "kind", "asked_at")
    list_select_related = ("wallet", "asked_by", "decided_by")
    found_by = (of_wallet(), person("asked_by"))
    search_help_text = f"{BY_WALLET}, or of who asked"
    fields = (
        "status",
        "wallet",
        "compensation",
        "kind",
        "signed",
        "source",
        "expires",
        "reason",
        "asked_by",
        "asked_at",
        "decided_by",
        "decided_at",
        "decision_reason",
        "entry",
    )
    readonly_fields: ClassVar = fields

    @admin.display(description="credits", ordering="credits")
    def signed(self, request: ApprovalRequest) -> str:
        return signed_credits(request.credits)

    @admin.display(description="expires", ordering="expires_at")
    def expires(self, request: ApprovalRequest) -> datetime | str:
        return "Never" if request.never_expires else request.expires_at


def _change_in_words(request: ApprovalRequest) -> str:
    kind = request.get_kind_display().lower()
    return f"{kind} of {signed_credits(request.credits)} credits"
