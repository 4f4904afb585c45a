"""What customers may do on Stripe's portal."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


class PortalConfiguration(models.Model):
    """The portal's configuration at Stripe, one in each mode and edition of ours."""

    livemode = models.BooleanField()
    edition = models.PositiveSmallIntegerField()
    stripe_id = models.CharField(max_length=255, unique=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("livemode", "edition"), name="portal_configuration_one_per_edition"
            ),
            models.CheckConstraint(condition=~Q(stripe_id=""), name="portal_configuration_has_id"),
        ]

    def __str__(self) -> str:
        return self.stripe_id
