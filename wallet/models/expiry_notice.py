"""That a customer was told of credits that expire."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models

from creditsite.kernel.guards import append_only
from wallet.models.grant import Grant


class ExpiryNotice(models.Model):
    """A lot whose expiry was told ahead, once. Append-only."""

    grant = models.OneToOneField(
        Grant, on_delete=models.PROTECT, primary_key=True, related_name="expiry_notice"
    )
    told_at = models.DateTimeField()

    class Meta:
        triggers: ClassVar[list[pgtrigger.Trigger]] = append_only("expiry_notice")

    def __str__(self) -> str:
        return f"Notice of the expiry of lot {self.grant_id}"
