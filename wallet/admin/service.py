"""Services and their prices in the admin: steps only, as prices and slugs stay what they were."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest

from creditsite.kernel import clock
from wallet.actions import (
    add_service,
    describe_service,
    pause_service,
    publish_rate,
    resume_service,
)
from wallet.admin.forms import (
    AddServiceForm,
    DescribeServiceForm,
    LoggedReasonForm,
    NewPriceForm,
    StepForm,
)
from wallet.admin.steps import Asked, Done, Step, StepsAdmin
from wallet.admin.tables import Cell, Table, moment
from wallet.models import Service, ServiceRate, ServiceStatus

CHANGE = "wallet.change_service"


class NewPrice(Step[Service]):
    name = "new_price"
    label = "New price"
    permission = "wallet.add_servicerate"
    lead = "Spends are charged at the price in force at their moment. Earlier prices stay."

    def form(self, row: Service, data: Any) -> StepForm:
        newest = row.rates.first()
        filled_in = {
            "unit": newest.unit if newest else "",
            "minimum_credits": newest.minimum_credits if newest else None,
        }
        return NewPriceForm(data, initial=filled_in)

    def act(self, row: Service, asked: Asked) -> Done:
        rate = publish_rate(
            service=row,
            credits_per_unit=asked.data["credits_per_unit"],
            unit=asked.data["unit"],
            minimum_credits=asked.data["minimum_credits"],
            effective_at=asked.data["effective_at"],
        )
        start = moment(asked.data["effective_at"], never="now").text
        return Done(f"{row.name}, from {start} on: {price_in_words(rate)}.", row)


class Describe(Step[Service]):
    name = "describe"
    label = "Describe"
    permission = CHANGE
    is_previewed = False
    lead = "What customers read of the service. The slug, which API clients send, stays."

    def form(self, row: Service, data: Any) -> StepForm:
        filled_in = {"name": row.name, "description": row.description}
        return DescribeServiceForm(data, initial=filled_in)

    def act(self, row: Service, asked: Asked) -> Done:
        changed = describe_service(
            service=row, name=asked.data["name"], description=asked.data["description"]
        )
        return Done(f"Described as {changed.name}.", changed)


class PauseService(Step[Service]):
    name = "pause"
    label = "Pause"
    permission = CHANGE
    form_class = LoggedReasonForm
    is_previewed = False
    lead = "Stops new spends and holds on the service for everyone. Open holds can be captured."

    def is_open(self, row: Service) -> bool:
        return row.status == ServiceStatus.ACTIVE

    def act(self, row: Service, asked: Asked) -> Done:
        return Done("Paused for everyone.", pause_service(service=row))


class ResumeService(Step[Service]):
    name = "resume"
    label = "Resume"
    permission = CHANGE
    form_class = LoggedReasonForm
    is_previewed = False
    lead = "Lets credits be spent on the service again."

    def is_open(self, row: Service) -> bool:
        return row.status == ServiceStatus.PAUSED

    def act(self, row: Service, asked: Asked) -> Done:
        return Done("Resumed.", resume_service(service=row))


class AddService(Step[Any]):
    name = "add"
    label = "Add a service"
    permission = "wallet.add_service"
    form_class = AddServiceForm
    lead = "A new service with its first price, in force at once."

    def title(self, row: Any) -> str:
        return self.label

    def act(self, row: Any, asked: Asked) -> Done:
        service = add_service(
            slug=asked.data["slug"],
            name=asked.data["name"],
            description=asked.data["description"],
            unit=asked.data["unit"],
            credits_per_unit=asked.data["credits_per_unit"],
            minimum_credits=asked.data["minimum_credits"],
        )
        rate = service.rates.get()
        return Done(f"{service.name} ({service.slug}) added: {price_in_words(rate)}.", service)


@admin.register(Service)
class ServiceAdmin(StepsAdmin[Service]):
    """What credits are spent on; a service is paused, never deleted."""

    steps = (NewPrice(), Describe(), PauseService(), ResumeService())
    list_steps = (AddService(),)
    list_display = ("name", "slug", "status")
    list_filter = ("status",)
    search_fields = ("name", "slug")
    fields = ("name", "slug", "description", "status")
    readonly_fields: ClassVar = fields

    def page_of(self, request: HttpRequest, row: Service) -> dict[str, Any]:
        return {**super().page_of(request, row), "tables": list(price_tables(row))}


def price_tables(service: Service) -> Iterator[Table]:
    """Yield the price versions of the service, newest first, and which of them is in force."""
    now = clock.now()
    rates = list(service.rates.all())
    in_force = next((rate.pk for rate in rates if rate.effective_at <= now), None)
    yield Table(
        title="Prices",
        heads=("In force from", "What it costs", ""),
        rows=[
            [
                moment(rate.effective_at),
                Cell(price_in_words(rate)),
                Cell(_place(rate, in_force, later=rate.effective_at > now)),
            ]
            for rate in rates
        ],
        empty="No price yet: nothing can be spent on it.",
    )


def price_in_words(rate: ServiceRate) -> str:
    """Return what a unit costs: `one run costs 1.0000 credits, a spend at least 5.0000`."""
    # A unit may be a number of things itself, such as “1,000 words”.
    unit = f"{rate.unit} cost" if rate.unit[:1].isdigit() else f"one {rate.unit} costs"
    words = f"{unit} {rate.credits_per_unit:,.4f} credits"
    if rate.minimum_credits:
        words += f", a spend at least {rate.minimum_credits:,.4f}"
    return words


def _place(rate: ServiceRate, in_force: int | None, *, later: bool) -> str:
    if later:
        return "To come"
    return "In force" if rate.pk == in_force else ""
