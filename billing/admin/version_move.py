"""Moves of subscribers to newer terms in the admin."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from billing.actions import call_off_version_move, check_version_move, plan_version_move
from billing.models import Package, PackageVersion, VersionMove
from billing.reports.terms import terms_in_words
from billing.reports.version_moves import MovedSubscriber, moved_subscribers
from creditsite.kernel import clock
from creditsite.kernel.formatting import money, plain_credits
from creditsite.kernel.forms import MomentField
from wallet.admin.forms import LoggedReasonForm
from wallet.admin.steps import Asked, Done, Preview, Step, StepsAdmin
from wallet.admin.tables import Cell, Table, moment


class MoveForm(LoggedReasonForm):
    """Which terms subscribers are to have, and from when on."""

    version = forms.ModelChoiceField(queryset=PackageVersion.objects.none(), label="New terms")
    starts_at = MomentField(
        label="For renewals from",
        help_text="UTC. Terms that are worse for somebody need 14 days' notice.",
    )

    field_order = ("version", "starts_at", "reason")

    def __init__(self, data: Any, package: Package) -> None:
        super().__init__(data)
        versions = PackageVersion.objects.filter(package=package).in_force(clock.NEVER)
        self.fields["version"] = forms.ModelChoiceField(
            queryset=versions.order_by("-number"), label="New terms", initial=versions.first()
        )


class MoveSubscribers(Step[Package]):
    name = "move"
    label = "Move subscribers"
    permission = "billing.add_versionmove"
    lead = (
        "Whoever has earlier terms of the package is told by mail, and has the new ones from "
        "their first renewal on that is not before the date."
    )

    def is_open(self, row: Package) -> bool:
        return row.versions.count() > 1

    def form(self, row: Package, data: Any) -> MoveForm:
        return MoveForm(data, package=row)

    def preview(self, row: Package, asked: Asked) -> Preview:
        version, starts_at = asked.data["version"], asked.data["starts_at"]
        check_version_move(version=version, starts_at=starts_at)
        concerned = moved_subscribers(version, starts_at)
        return Preview(
            f"{_counted(len(concerned))} moved to {terms_in_words(version)}. Each is told by mail.",
            table=_table(concerned),
        )

    def act(self, row: Package, asked: Asked) -> Done:
        move = plan_version_move(
            version=asked.data["version"],
            starts_at=asked.data["starts_at"],
            reason=asked.data["reason"],
            actor=asked.actor,
        )
        return Done(f"{_counted(move.notices.count())} told.", move)


def _counted(subscribers: int) -> str:
    return "1 subscriber is" if subscribers == 1 else f"{subscribers} subscribers are"


def _table(concerned: list[MovedSubscriber]) -> Table:
    return Table(
        title="Who pays how much more",
        heads=(
            "Customer",
            "Terms now",
            "From",
            "More each time",
            "More credits",
            "Last year",
            "By the new terms",
        ),
        rows=[
            [
                Cell(each.customer),
                Cell(str(each.version)),
                moment(each.takes_effect_at),
                Cell(money(each.more_each_cents, each.version.currency), is_number=True),
                Cell(plain_credits(each.more_credits), is_number=True),
                Cell(f"{money(each.paid_cents, each.version.currency)} ({each.periods}×)"),
                Cell(f"{money(each.more_cents, each.version.currency)} more"),
            ]
            for each in concerned
        ],
        empty="Nobody has earlier terms.",
    )


class CallOff(Step[VersionMove]):
    name = "call_off"
    label = "Call off"
    permission = "billing.change_versionmove"
    form_class = LoggedReasonForm
    is_previewed = False
    lead = "Whoever still has earlier terms keeps them, and is told by mail."

    def is_open(self, row: VersionMove) -> bool:
        return not row.is_called_off

    def act(self, row: VersionMove, asked: Asked) -> Done:
        return Done("The move is called off.", call_off_version_move(move=row, actor=asked.actor))


@admin.register(VersionMove)
class VersionMoveAdmin(StepsAdmin[VersionMove]):
    """Moves of subscribers, newest first; planned on the package's page."""

    steps = (CallOff(),)
    list_display = ("__str__", "told", "left", "planned_by", "created_at", "called_off_at")
    list_select_related = ("version__package",)
    fields = (
        "version",
        "starts_at",
        "reason",
        "told",
        "left",
        "planned_by",
        "created_at",
        "called_off_by",
        "called_off_at",
    )
    readonly_fields: ClassVar = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[VersionMove]:
        return super().get_queryset(request).annotate(told=Count("notices"))

    @admin.display(description="told", ordering="told")
    def told(self, move: VersionMove) -> str:
        return str(move.told)  # type: ignore[attr-defined]

    @admin.display(description="still on earlier terms")
    def left(self, move: VersionMove) -> int:
        return move.subscriptions.count()

    def page_of(self, request: HttpRequest, row: VersionMove) -> dict[str, Any]:
        notices = row.notices.select_related(
            "subscription__wallet__customer", "subscription__version"
        )
        table = Table(
            title="Who was told",
            heads=("Customer", "Told", "From", "Terms now"),
            rows=[
                [
                    Cell(notice.subscription.wallet.customer.email),
                    moment(notice.told_at),
                    moment(notice.takes_effect_at),
                    Cell(str(notice.subscription.version)),
                ]
                for notice in notices.order_by("takes_effect_at", "pk")[:200]
            ],
            empty="Nobody.",
        )
        return {**super().page_of(request, row), "tables": [table]}
