"""What the platform runs and what it costs in credits."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from wallet.models.fields import CreditsField


class ServiceStatus(models.TextChoices):
    """Whether credits may be spent on a service."""

    ACTIVE = "active", "Active"
    PAUSED = "paused", "Paused"


class Service(models.Model):
    """Something credits are spent on, counted in units."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=100)
    description = models.TextField(blank=True)
    unit = models.CharField(max_length=30, help_text="What is counted, such as “run”.")
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

    def __str__(self) -> str:
        return self.name


class ServiceRate(models.Model):
    """A version of a service's price, in force from a moment on until the next version's.

    Never changed: entries name the rate they were priced by. A new price is a new row.
    """

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="rates")
    credits_per_unit = CreditsField()
    effective_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("service", "-effective_at")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(credits_per_unit__gt=0), name="rate_credits_per_unit_positive"
            ),
            models.UniqueConstraint(
                fields=("service", "effective_at"), name="rate_one_per_service_and_moment"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.credits_per_unit} credits from {self.effective_at:%Y-%m-%d %H:%M}"
