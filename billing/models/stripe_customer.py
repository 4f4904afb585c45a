"""Which customer is which at Stripe."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q


class StripeCustomer(models.Model):
    """A customer's account at Stripe; `stripe_id` is empty until Stripe has made it.

    Invariant: one per customer and mode. Ours rather than dj-stripe's: that row follows
    Stripe's events, so it may be missing, late, doubled or detached when money is at stake.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="stripe_customers"
    )
    livemode = models.BooleanField()
    # As told to Stripe: a repeated request must be the same to the letter.
    email = models.EmailField()
    stripe_id = models.CharField(max_length=255, unique=True, null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("customer", "livemode"), name="stripe_customer_one_per_mode"
            ),
            models.CheckConstraint(condition=~Q(stripe_id=""), name="stripe_customer_id_not_empty"),
        ]

    def __str__(self) -> str:
        return self.stripe_id or "Not at Stripe yet"
