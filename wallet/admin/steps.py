"""The frame of the operators' steps: ask, show what it brings, then do it once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from creditsite.accounts.models import User
from creditsite.kernel.actor import Actor
from creditsite.kernel.admin import ReadOnlyAdmin
from creditsite.kernel.errors import DomainError
from creditsite.kernel.idempotency import internal_key
from wallet.actions import Posting
from wallet.admin.forms import StepForm
from wallet.admin.tables import Table
from wallet.admin.used_forms import DONE_ALREADY, SENT_ALREADY, is_used_up, taken_once
from wallet.models import Wallet
from wallet.reports.preview import (
    FigureChange,
    PreviewedLine,
    figure_changes,
    lines_since,
    picture_of,
)

Row = TypeVar("Row", bound=models.Model)


@dataclass(frozen=True)
class Asked:
    """What the operator filled in, who that is, and a key that stands for this form."""

    data: dict[str, Any]
    user: User
    key: str

    @property
    def actor(self) -> Actor:
        return self.user.actor


@dataclass(frozen=True)
class Done:
    """What was done, in a few words, and the row it was done to.

    Where nothing was changed, the words say so, and the audit log says nothing.
    """

    summary: str
    row: Any
    changed: bool = True

    @classmethod
    def by(cls, posting: Posting, summary: str, row: Any) -> Done:
        """Return what was done by a posting: nothing, where it had been made before."""
        if posting.replayed:
            return cls(DONE_ALREADY, row, changed=False)
        return cls(summary, row)


@dataclass(frozen=True)
class Preview:
    """What a step would bring."""

    summary: str
    figures: list[FigureChange] = field(default_factory=list)
    lines: list[PreviewedLine] = field(default_factory=list)
    table: Table | None = None


@dataclass(frozen=True)
class StepLink:
    """A step that is open to the operator now."""

    label: str
    url: str


class Step(Generic[Row]):
    """One thing operators do to a row, on a page of its own."""

    name: ClassVar[str]
    label: ClassVar[str]
    permission: ClassVar[str] = "wallet.change_wallet"
    lead: ClassVar[str] = ""
    form_class: ClassVar[type[StepForm]] = StepForm
    is_previewed: ClassVar[bool] = True

    def is_open(self, row: Row) -> bool:
        """Whether the step is offered for the row now."""
        return True

    def is_open_to(self, row: Row, user: User) -> bool:
        """Whether the step is offered to an operator for the row now."""
        return user.has_perm(self.permission) and self.is_open(row)

    def wallet(self, row: Row) -> Wallet | None:
        """Return the wallet whose figures and ledger the step changes."""
        return None

    def title(self, row: Row) -> str:
        return f"{self.label}: {row}"

    def form(self, row: Row, data: Any) -> StepForm:
        """Return the form, filled in with `data` where that was posted."""
        return self.form_class(data)

    def act(self, row: Row, asked: Asked) -> Done:
        """Do it. Raises `DomainError`, and has then changed nothing."""
        raise NotImplementedError

    def preview(self, row: Row, asked: Asked) -> Preview:
        """Return what doing it would bring, found by doing and undoing it.

        A step that asks somebody else, such as Stripe, works it out instead.
        """
        return rehearse(self, row, asked)


class StepsAdmin(ReadOnlyAdmin[Row]):
    """Rows that are changed by steps only."""

    change_form_template = "admin/wallet/change_form.html"
    # How the key of a row stands in an address.
    key_type: ClassVar[str] = "int"
    steps: ClassVar[tuple[Step[Any], ...]] = ()
    # Steps of the list rather than of a row in it.
    list_steps: ClassVar[tuple[Step[Any], ...]] = ()
    change_list_template = "admin/wallet/change_list.html"

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        of_rows = [
            path(
                f"<{self.key_type}:row_id>/{step.name}/",
                self._view(step),
                name=f"{name}_{step.name}",
            )
            for step in self.steps
        ]
        of_list = [
            path(f"{step.name}/", self._view(step), name=f"{name}_{step.name}")
            for step in self.list_steps
        ]
        return [*of_rows, *of_list, *super().get_urls()]

    def render_change_form(  # noqa: PLR0917 (as Django has it)
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Row | None = None,
    ) -> HttpResponse:
        # Here, where the row is loaded already.
        shown = self.page_of(request, obj) if obj else {}
        return super().render_change_form(request, context | shown, add, change, form_url, obj)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        shown = {"step_links": self._links(request, self.list_steps, None)}
        return super().changelist_view(request, shown | (extra_context or {}))

    def page_of(self, request: HttpRequest, row: Row) -> dict[str, Any]:
        """Return what the page of the row shows beside its fields."""
        return {"step_links": self._links(request, self.steps, row)}

    def url_after(self, done: Done) -> str:
        """Return where a step that was done leads to."""
        return reverse(
            f"admin:{done.row._meta.app_label}_{done.row._meta.model_name}_change",
            args=[done.row.pk],
        )

    def _links(
        self, request: HttpRequest, steps: tuple[Step[Any], ...], row: Row | None
    ) -> list[StepLink]:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        assert isinstance(request.user, User)
        return [
            StepLink(step.label, reverse(f"{name}_{step.name}", args=[row.pk] if row else []))
            for step in steps
            if step.is_open_to(row, request.user)
        ]

    def _view(self, step: Step[Any]) -> Callable[..., HttpResponse]:
        def view(request: HttpRequest, row_id: int | UUID | None = None) -> HttpResponse:
            return self.run_step(request, step, row_id)

        return self.admin_site.admin_view(view)

    def run_step(
        self, request: HttpRequest, step: Step[Any], row_id: int | UUID | None
    ) -> HttpResponse:
        """Answer the page of a step, of one row or of the list."""
        if not request.user.has_perm(step.permission):
            raise PermissionDenied
        row = None if row_id is None else get_object_or_404(self.get_queryset(request), pk=row_id)
        form = step.form(row, request.POST if request.method == "POST" else None)
        preview = None
        if request.method == "POST" and form.is_valid():
            if is_used_up(request, form.cleaned_data["form_id"]):
                messages.info(request, DONE_ALREADY)
                return HttpResponseRedirect(self._url(row))
            asked = self._asked(request, step, form)
            try:
                if not step.is_previewed or "confirmed" in request.POST:
                    return self._do(request, step, row, asked)
                preview = step.preview(row, asked)
            except DomainError as refusal:
                form.add_error(None, refusal.detail)
        return self._page(request, step, row, form, preview)

    def _asked(self, request: HttpRequest, step: Step[Any], form: StepForm) -> Asked:
        assert isinstance(request.user, User)
        key = internal_key(step.name, form.cleaned_data["form_id"])
        return Asked(data=form.cleaned_data, user=request.user, key=key)

    def _do(
        self, request: HttpRequest, step: Step[Any], row: Row | None, asked: Asked
    ) -> HttpResponse:
        with taken_once(request, asked.data["form_id"]) as is_ours:
            if not is_ours:
                messages.warning(request, SENT_ALREADY)
                return HttpResponseRedirect(self._url(row))
            done = step.act(row, asked)
        if done.changed:
            reason = asked.data.get("reason")
            told = f"{done.summary} Reason: {reason}" if reason else done.summary
            self.log_change(request, done.row, told)
            messages.success(request, done.summary)
        else:
            messages.info(request, done.summary)
        return HttpResponseRedirect(self.url_after(done))

    def _page(
        self,
        request: HttpRequest,
        step: Step[Any],
        row: Row | None,
        form: StepForm,
        preview: Preview | None,
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": step.title(row),
            "opts": self.opts,
            "row": row,
            "list_url": self._list_url(),
            "back_url": self._url(row),
            "form": form,
            "step": step,
            "preview": preview,
            "reason": form.cleaned_data.get("reason") if preview else None,
        }
        return TemplateResponse(request, "admin/wallet/step.html", context)

    def _list_url(self) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")

    def _url(self, row: Row | None) -> str:
        """Return where the row is looked at, or the list."""
        if row is None:
            return self._list_url()
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[row.pk])


def rehearse(step: Step[Any], row: Any, asked: Asked) -> Preview:
    """Do the step, look at what it brought, and undo all of it. Raises what the step does."""
    return rehearse_call(step.wallet(row), lambda: step.act(row, asked).summary)


def rehearse_call(wallet: Wallet | None, call: Callable[[], str]) -> Preview:
    """Do what the call does and says, look at what that brought, and undo all of it."""
    with transaction.atomic():
        before = picture_of(wallet) if wallet else None
        preview = Preview(call())
        if wallet is not None and before is not None:
            preview = Preview(
                preview.summary,
                figures=figure_changes(before, picture_of(wallet)),
                lines=lines_since(wallet, before),
            )
        # Nothing can be read after this.
        transaction.set_rollback(True)
    return preview
