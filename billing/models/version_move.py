"""Subscribers of earlier terms who are moved to newer ones."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q

from billing.models.package import PackageVersion
from billing.models.subscription import Subscription, SubscriptionQuerySet
from creditsite.kernel.guards import fixed_columns


class VersionMove(models.Model):
    """An operator's decision that whoever has earlier terms of a package gets these.

    Each subscriber is told, and has them from their first renewal on that is not before
    `starts_at`. Until then it can be called off.
    """

    version = models.ForeignKey(PackageVersion, on_delete=models.PROTECT, related_name="moves")
    starts_at = models.DateTimeField(help_text="Renewals from then on go by the new terms.")
    reason = models.TextField()
    planned_by = models.CharField(max_length=100)
    created_at = models.DateTimeField()
    called_off_at = models.DateTimeField(null=True)
    called_off_by = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ("-id",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("version",),
                condition=Q(called_off_at=None),
                name="version_move_one_in_force",
            ),
            models.CheckConstraint(
                condition=Q(called_off_at__isnull=True, called_off_by="")
                | (Q(called_off_at__isnull=False) & ~Q(called_off_by="")),
                name="version_move_called_off_by_someone",
            ),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = fixed_columns(
            "version_move",
            "version_id",
            "starts_at",
            "reason",
            "planned_by",
            "created_at",
        )

    def __str__(self) -> str:
        return f"To {self.version} from {self.starts_at:%Y-%m-%d} on"

    @property
    def is_called_off(self) -> bool:
        return self.called_off_at is not None

    @property
    def subscriptions(self) -> SubscriptionQuerySet:
        """Those that run on earlier terms."""
        return Subscription.objects.on_earlier_terms(self.version)


class MoveNotice(models.Model):
    """That a subscriber was told of a move, and from which renewal on it holds for them."""

    move = models.ForeignKey(VersionMove, on_delete=models.PROTECT, related_name="notices")
    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, related_name="move_notices"
    )
    takes_effect_at = models.DateTimeField()
    told_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("move", "subscription"), name="move_notice_once_for_subscription"
            ),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = fixed_columns(
            "move_notice", "move_id", "subscription_id", "takes_effect_at", "told_at"
        )

    def __str__(self) -> str:
        return f"{self.subscription} from {self.takes_effect_at:%Y-%m-%d} on"
