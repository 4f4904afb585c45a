"""The switch that stops all spending."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


class SystemPause(models.Model):
    """A time in which nothing was spent from any wallet: why, from when, by whom, until when.

    Invariant: at most one is not over yet.
    """

    reason = models.TextField(help_text="Shown to customers.")
    paused_by = models.CharField(max_length=100)
    paused_at = models.DateTimeField(auto_now_add=True)
    resumed_by = models.CharField(max_length=100, blank=True)
    resumed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)
        constraints: ClassVar = [
            # Also serves the look every spend takes at the switch.
            models.UniqueConstraint(
                models.ExpressionWrapper(
                    Q(resumed_at__isnull=True), output_field=models.BooleanField()
                ),
                condition=Q(resumed_at__isnull=True),
                name="system_pause_one_at_a_time",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="system_pause_has_reason"),
            models.CheckConstraint(
                condition=Q(resumed_at__isnull=True, resumed_by="")
                | (Q(resumed_at__isnull=False) & ~Q(resumed_by="")),
                name="system_pause_says_who_resumed",
            ),
        ]

    def __str__(self) -> str:
        return f"Paused {self.paused_at:%Y-%m-%d %H:%M}: {self.reason}"

    @classmethod
    def current(cls) -> SystemPause | None:
        """Return the pause that is not over yet."""
        return cls.objects.filter(resumed_at__isnull=True).first()
