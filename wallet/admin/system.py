"""The switch that stops all spending, in the admin."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.urls import reverse

from wallet.actions import pause_system, resume_system
from wallet.admin.forms import ReasonForm, StepForm
from wallet.admin.steps import Asked, Done, Step, StepsAdmin
from wallet.models import SystemPause


class PauseSystem(Step[Any]):
    name = "pause"
    label = "Pause the system"
    permission = "wallet.add_systempause"
    form_class = ReasonForm
    is_previewed = False
    lead = (
        "Stops new spends, holds and top-ups of all wallets until somebody resumes. Captures,"
        " releases, reversals and credits already paid for go on. Every customer reads the reason."
    )

    def title(self, row: Any) -> str:
        return self.label

    def is_open(self, row: Any) -> bool:
        return SystemPause.current() is None

    def act(self, row: Any, asked: Asked) -> Done:
        pause = pause_system(reason=asked.data["reason"], actor=asked.actor)
        return Done("The system is paused: nothing is spent or bought.", pause)


class ResumeSystem(Step[Any]):
    name = "resume"
    label = "Resume the system"
    permission = "wallet.change_systempause"
    form_class = StepForm
    is_previewed = False
    lead = "Lets all wallets be spent from again, at once."

    def title(self, row: Any) -> str:
        return self.label

    def is_open(self, row: Any) -> bool:
        return SystemPause.current() is not None

    def act(self, row: Any, asked: Asked) -> Done:
        return Done("The system runs again.", resume_system(actor=asked.actor))


@admin.register(SystemPause)
class SystemPauseAdmin(StepsAdmin[SystemPause]):
    """The times in which nothing was spent, and the switch."""

    list_steps = (PauseSystem(), ResumeSystem())
    ordering = ("-id",)
    list_display = ("paused_at", "reason", "paused_by", "resumed_at", "resumed_by")
    fields = list_display
    readonly_fields: ClassVar = list_display

    def url_after(self, done: Done) -> str:
        return reverse("admin:wallet_systempause_changelist")
