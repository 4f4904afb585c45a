"""What operators do to a wallet."""

from __future__ import annotations

from typing import Any

from creditsite.kernel.formatting import credits as show
from creditsite.kernel.formatting import signed_credits
from wallet.actions import adjust_wallet, claw_back, close_wallet, pause_wallet, resume_wallet
from wallet.admin.forms import AdjustForm, ClawBackForm, ReasonForm, StepForm
from wallet.admin.steps import Asked, Done, Step
from wallet.models import Wallet


class WalletStep(Step[Wallet]):
    """A step whose preview shows the wallet."""

    def wallet(self, row: Wallet) -> Wallet:
        return row

    def title(self, row: Wallet) -> str:
        return f"{self.label} the wallet of {row.customer}"


class Adjust(WalletStep):
    name = "adjust"
    label = "Adjust"
    form_class = AdjustForm
    lead = "Adds credits that never expire, or takes out what is available."

    def is_open(self, row: Wallet) -> bool:
        return row.may_be_closed

    def act(self, row: Wallet, asked: Asked) -> Done:
        credits = asked.data["credits"]
        adjust_wallet(
            wallet=row,
            credits=credits,
            reason=asked.data["reason"],
            idempotency_key=asked.key,
            actor=asked.actor,
        )
        return Done(f"Adjusted by {signed_credits(credits)} credits.", row)


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
