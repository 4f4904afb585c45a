"""What the platform runs and what it costs in credits."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q

from creditsite.kernel.credits import ZERO
from creditsite.kernel.guards import append_only, fixed_columns
from wallet.models.fields import CreditsField


class ServiceStatus(models.TextChoices):
    """Whether credits may be spent on a service."""

    ACTIVE = "active", "Active"
    PAUSED = "paused", "Paused"


class Service(models.Model):
    """Something credits are spent on; its rates say in which units and for how much."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=100)
    description = models.TextField(blank=True)
    status = models.CharField(
        max_length=16, choices=ServiceStatus.choices, default=ServiceStatus.ACTIVE
    )

    class Meta:
        ordering = ("name",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(status__in=ServiceStatus.values), name="service_status_known"
            ),
        ]
        # Entries name services without a foreign key.
        triggers: ClassVar[list[pgtrigger.Trigger]] = fixed_columns("service", "id")

    def __str__(self) -> str:
        return self.name


class ServiceRate(models.Model):
    """A version of a service's price, in force from a moment on until the next version's.

    Never changed: entries name the rate they were priced by. A new price is a new row.
    """

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="rates")
    credits_per_unit = CreditsField()
    unit = models.CharField(max_length=30, help_text="What is counted, such as “run”.")
    minimum_credits = CreditsField(default=ZERO, help_text="What a spend costs at least.")
    effective_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("service", "-effective_at")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(credits_per_unit__gt=0), name="rate_credits_per_unit_positive"
            ),
            models.CheckConstraint(
                condition=Q(minimum_credits__gte=0), name="rate_minimum_not_negative"
            ),
            models.CheckConstraint(condition=~Q(unit=""), name="rate_names_its_unit"),
            models.UniqueConstraint(
                fields=("service", "effective_at"), name="rate_one_per_service_and_moment"
            ),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = append_only("service_rate")

    def __str__(self) -> str:
        return f"{self.credits_per_unit} credits from {self.effective_at:%Y-%m-%d %H:%M}"
