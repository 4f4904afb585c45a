"""What operators do to a wallet."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.conf import settings

from creditsite.kernel import clock
from creditsite.kernel.formatting import credits as show
from creditsite.kernel.formatting import signed_credits
from wallet.actions import (
    CreditChange,
    Posting,
    claw_back,
    close_wallet,
    note_wallet,
    pause_wallet,
    post_change,
    request_change,
    resume_wallet,
)
from wallet.admin.forms import AdjustForm, ClawBackForm, GrantForm, NoteForm, ReasonForm, StepForm
from wallet.admin.steps import Asked, Done, Preview, Step, rehearse, rehearse_call
from wallet.models import ChangeKind, GrantSource, Wallet


class WalletStep(Step[Wallet]):
    """A step whose preview shows the wallet."""

    def wallet(self, row: Wallet) -> Wallet:
        return row

    def title(self, row: Wallet) -> str:
        return f"{self.label} the wallet of {row.customer}"


class ChangeStep(WalletStep):
    """Moves credits by hand at once, or asks another operator where it is too much for one."""

    def is_open(self, row: Wallet) -> bool:
        return row.may_be_closed

    def change(self, asked: Asked) -> CreditChange:
        """Return what was filled in."""
        raise NotImplementedError

    def act(self, row: Wallet, asked: Asked) -> Done:
        change = self.change(asked)
        result = request_change(
            wallet=row,
            change=change,
            reason=asked.data["reason"],
            idempotency_key=asked.key,
            operator=asked.user,
        )
        moved = f"{change.kind.label} of {signed_credits(change.credits)} credits"
        if isinstance(result, Posting):
            return Done.by(result, f"{moved} posted.", row)
        return Done(f"{moved} waits for another operator: {too_much_for_one()}", row)

    def preview(self, row: Wallet, asked: Asked) -> Preview:
        """Show the lines also where they have to wait."""
        preview = rehearse(self, row, asked)
        if preview.lines:
            return preview
        brought = rehearse_call(row, lambda: self._post(row, asked))
        return replace(brought, summary=f"{preview.summary} Once approved it brings:")

    def _post(self, row: Wallet, asked: Asked) -> str:
        post_change(
            wallet=row,
            change=self.change(asked),
            reason=asked.data["reason"],
            idempotency_key=asked.key,
            actor=asked.actor,
        )
        return ""


class Adjust(ChangeStep):
    name = "adjust"
    label = "Adjust"
    form_class = AdjustForm
    lead = "Adds credits that never expire, or takes out what is available."

    def change(self, asked: Asked) -> CreditChange:
        return CreditChange(ChangeKind.ADJUSTMENT, asked.data["credits"])


class GrantCredits(ChangeStep):
    name = "grant"
    label = "Grant"
    form_class = GrantForm
    lead = "Puts a lot of credits in, with a source and an expiry. Nothing is paid for them."

    def title(self, row: Wallet) -> str:
        return f"Grant credits to the wallet of {row.customer}"

    def change(self, asked: Asked) -> CreditChange:
        return CreditChange(
            ChangeKind.GRANT,
            asked.data["credits"],
            source=GrantSource(asked.data["source"]),
            expires_at=asked.data["expires_at"] or clock.NEVER,
        )


def too_much_for_one() -> str:
    """Say how much an operator moves alone."""
    most = settings.ADJUSTMENT_APPROVAL_CREDITS
    if not most:
        return "every change by hand does."
    return f"alone you move up to {show(most)} in a wallet within 24 hours."


class ClawBack(WalletStep):
    name = "claw_back"
    label = "Claw back"
    form_class = ClawBackForm
    lead = (
        "Takes credits back because their money was. What is not there to take is owed, and"
        " repaid first by what comes in next. Held credits stay held."
    )

    def title(self, row: Wallet) -> str:
        return f"Claw back from the wallet of {row.customer}"

    def form(self, row: Wallet, data: Any) -> StepForm:
        return ClawBackForm(data, lots=row.grants.filter(is_open=True))

    def act(self, row: Wallet, asked: Asked) -> Done:
        clawback = claw_back(
            wallet=row,
            credits=asked.data["credits"],
            grant=asked.data["grant"],
            go_on=asked.data["go_on"],
            reference=asked.data["reference"],
            reason=asked.data["reason"],
            idempotency_key=asked.key,
            actor=asked.actor,
        )
        return Done(
            f"Clawed back: {show(clawback.taken)} credits taken, {show(clawback.owed)} owed.", row
        )


class Pause(WalletStep):
    name = "pause"
    label = "Pause"
    form_class = ReasonForm
    is_previewed = False
    lead = "Stops all spending from the wallet until it is resumed. Credits can still come in."

    def is_open(self, row: Wallet) -> bool:
        return row.may_be_paused

    def act(self, row: Wallet, asked: Asked) -> Done:
        pause_wallet(wallet=row, reason=asked.data["reason"], actor=asked.actor)
        return Done("Paused.", row)


class Resume(WalletStep):
    name = "resume"
    label = "Resume"
    form_class = ReasonForm
    is_previewed = False
    lead = "Lets the wallet be spent from again."

    def is_open(self, row: Wallet) -> bool:
        return row.may_be_resumed

    def act(self, row: Wallet, asked: Asked) -> Done:
        resume_wallet(wallet=row, reason=asked.data["reason"], actor=asked.actor)
        return Done("Resumed.", row)


class Close(WalletStep):
    name = "close"
    label = "Close"
    form_class = ReasonForm
    lead = (
        "Closes the wallet for good: what is left in it lapses, and nothing comes in or goes out"
        " after. Pay money back first where it is owed. Open holds stop it."
    )

    def is_open(self, row: Wallet) -> bool:
        return row.may_be_closed

    def act(self, row: Wallet, asked: Asked) -> Done:
        close_wallet(wallet=row, reason=asked.data["reason"], actor=asked.actor)
        return Done("Closed for good.", row)


class Note(WalletStep):
    name = "note"
    label = "Note"
    permission = "wallet.add_walletnote"
    form_class = NoteForm
    is_previewed = False
    lead = "What other operators should know. The customer never sees it."

    def title(self, row: Wallet) -> str:
        return f"Note on the wallet of {row.customer}"

    def act(self, row: Wallet, asked: Asked) -> Done:
        note_wallet(
            wallet=row, text=asked.data["text"], idempotency_key=asked.key, author=asked.user
        )
        return Done("The note is kept.", row)
