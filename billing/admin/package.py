"""Packages in the admin: steps only, as terms once sold by stay what they were."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest

from billing.actions import (
    PackageTerms,
    archive_package,
    check_terms,
    create_package,
    describe_package,
    offer_package,
    publish_version,
    restore_package,
)
from billing.admin.package_forms import (
    AddPackageForm,
    DescribePackageForm,
    OfferForm,
    PublishForm,
)
from billing.admin.version_move import MoveSubscribers
from billing.models import (
    Package,
    PackageState,
    PackageVersion,
    PackageVisibility,
)
from billing.reports.terms import terms_in_words
from creditsite.kernel import clock
from wallet.admin.forms import LoggedReasonForm, StepForm
from wallet.admin.steps import Asked, Done, Preview, Step, StepsAdmin
from wallet.admin.tables import Cell, Table, moment

CHANGE = "billing.change_package"
CENTS = 100


class Publish(Step[Package]):
    name = "publish"
    label = "Publish new terms"
    permission = "billing.add_packageversion"
    lead = "New sales go by the new terms. Whoever has the package keeps the terms they have."

    def is_open(self, row: Package) -> bool:
        return not row.is_archived

    def form(self, row: Package, data: Any) -> StepForm:
        newest = row.versions.first()
        return PublishForm(data, initial=_filled_in(newest) if newest else None)

    def preview(self, row: Package, asked: Asked) -> Preview:
        terms: PackageTerms = asked.data["terms"]
        check_terms(package=row, terms=terms, starts_at=asked.data["starts_at"])
        start = moment(asked.data["starts_at"], never="now").text
        return Preview(f"{row.name} is sold from {start} on for {terms_in_words(terms)}.")

    def act(self, row: Package, asked: Asked) -> Done:
        version = publish_version(
            package=row,
            terms=asked.data["terms"],
            starts_at=asked.data["starts_at"],
            actor=asked.actor,
        )
        return Done(f"{version} is published.", row)


def _filled_in(newest: PackageVersion) -> dict[str, Any]:
    return vars(PackageTerms.of(newest)) | {"price": f"{newest.price_cents / CENTS:.2f}"}


class Describe(Step[Package]):
    name = "describe"
    label = "Describe"
    permission = CHANGE
    is_previewed = False
    lead = "What customers read of the package. The slug, which API clients send, stays."

    def form(self, row: Package, data: Any) -> StepForm:
        filled_in = {
            "name": row.name,
            "tagline": row.tagline,
            "features": "\n".join(row.features),
            "position": row.position,
        }
        return DescribePackageForm(data, initial=filled_in)

    def act(self, row: Package, asked: Asked) -> Done:
        changed = describe_package(
            package=row,
            name=asked.data["name"],
            tagline=asked.data["tagline"],
            features=asked.data["features"],
            position=asked.data["position"],
        )
        return Done(f"Described as {changed.name}.", changed)


class Offer(Step[Package]):
    name = "offer"
    label = "Offer to"
    permission = CHANGE
    is_previewed = False
    lead = "Who may begin the package. Whoever has it keeps it."

    def form(self, row: Package, data: Any) -> StepForm:
        named = "\n".join(row.customers.order_by("email").values_list("email", flat=True))
        return OfferForm(data, initial={"visibility": row.visibility, "customers": named})

    def act(self, row: Package, asked: Asked) -> Done:
        visibility = PackageVisibility(asked.data["visibility"])
        changed = offer_package(
            package=row, visibility=visibility, customers=asked.data["customers"]
        )
        return Done(f"{changed.name} is offered to: {visibility.label.lower()}.", changed)


class Archive(Step[Package]):
    name = "archive"
    label = "Archive"
    permission = CHANGE
    form_class = LoggedReasonForm
    is_previewed = False
    lead = "Nobody begins the package any more. Whoever has it keeps it, and is charged as before."

    def is_open(self, row: Package) -> bool:
        return row.state == PackageState.ACTIVE

    def act(self, row: Package, asked: Asked) -> Done:
        return Done(f"{row.name} is archived.", archive_package(package=row))


class Restore(Step[Package]):
    name = "restore"
    label = "Restore"
    permission = CHANGE
    form_class = LoggedReasonForm
    is_previewed = False
    lead = "Sells the package again, by its newest terms."

    def is_open(self, row: Package) -> bool:
        return row.is_archived

    def act(self, row: Package, asked: Asked) -> Done:
        return Done(f"{row.name} is on sale again.", restore_package(package=row))


class AddPackage(Step[Any]):
    name = "add"
    label = "Add a package"
    permission = "billing.add_package"
    form_class = AddPackageForm
    is_previewed = False
    lead = "A draft, which nobody sees. It goes on sale with its first terms."

    def title(self, row: Any) -> str:
        return self.label

    def act(self, row: Any, asked: Asked) -> Done:
        package = create_package(
            slug=asked.data["slug"],
            name=asked.data["name"],
            tagline=asked.data["tagline"],
            features=asked.data["features"],
            position=asked.data["position"],
        )
        return Done(f"{package.name} is added. Publish its first terms.", package)


@admin.register(Package)
class PackageAdmin(StepsAdmin[Package]):
    """Plans for sale; archived, never deleted."""

    steps = (Publish(), MoveSubscribers(), Describe(), Offer(), Archive(), Restore())
    list_steps = (AddPackage(),)
    list_display = ("name", "slug", "state", "visibility", "position")
    list_filter = ("state", "visibility")
    search_fields = ("name", "slug", "customers__email")
    search_help_text = "Name, slug, or the address of a named customer"
    fields = ("name", "slug", "tagline", "features", "state", "visibility", "named", "position")
    readonly_fields: ClassVar = fields

    @admin.display(description="named customers", empty_value="-")
    def named(self, package: Package) -> str:
        return ", ".join(package.customers.order_by("email").values_list("email", flat=True))

    def page_of(self, request: HttpRequest, row: Package) -> dict[str, Any]:
        return {**super().page_of(request, row), "tables": list(version_tables(row))}


def version_tables(package: Package) -> Iterator[Table]:
    """Yield the versions of the package, newest first, and which of them sales go by."""
    now = clock.now()
    sold_by = PackageVersion.objects.filter(package=package).in_force(now).first()
    priced = set(PackageVersion.objects.filter(package=package).in_force(clock.NEVER))
    yield Table(
        title="Terms",
        heads=("Version", "Sold from", "What it costs and brings", ""),
        rows=[
            [
                Cell(str(version.number), is_number=True),
                moment(version.starts_at),
                Cell(terms_in_words(PackageTerms.of(version))),
                Cell(_place(version, sold_by, is_priced=version in priced)),
            ]
            for version in package.versions.all()
        ],
        empty="No terms yet: publish the first to put it on sale.",
    )


def _place(version: PackageVersion, sold_by: PackageVersion | None, *, is_priced: bool) -> str:
    if not is_priced:
        return "Not at Stripe yet: run setup_stripe"
    if version == sold_by:
        return "Sold now"
    return "To come" if version.starts_at > clock.now() else ""
