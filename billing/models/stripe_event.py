"""The inbox of what Stripe told us."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.fields.json import KT

from creditsite.kernel.guards import WrittenRules, one_of


class StripeEventState(models.TextChoices):
    """How far an event has come."""

    RECEIVED = "received", "Waiting"
    PROCESSED = "processed", "Processed"
    IGNORED = "ignored", "Nothing to do"
    DEAD = "dead", "Dead"


DONE = (StripeEventState.PROCESSED, StripeEventState.IGNORED)


class StripeEvent(models.Model):
    """One signed event of Stripe's, kept as it came, with what became of it.

    Invariant: one row per event id, however often it is delivered; `processed_at` is set
    exactly while the state says it is done with. A dead event waits for an operator.
    """

    event_id = models.CharField(max_length=255, unique=True)
    type = models.CharField(max_length=250)
    created = models.DateTimeField(help_text="When it happened, by Stripe's clock.")
    livemode = models.BooleanField()
    api_version = models.CharField(max_length=64, blank=True)
    stripe_customer_id = models.CharField("Stripe customer", max_length=255, blank=True)
    payload = models.JSONField()
    state = models.CharField(
        max_length=16, choices=StripeEventState.choices, default=StripeEventState.RECEIVED
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    received_at = models.DateTimeField(auto_now_add=True)
    processed_at = models.DateTimeField(null=True)
    mirrored_at = models.DateTimeField(
        null=True, help_text="When dj-stripe's copies were brought up to date with it."
    )
    mirror_error = models.TextField(blank=True)
    alerted_at = models.DateTimeField(
        null=True, help_text="When operators were mailed that it is dead."
    )
    replayed_at = models.DateTimeField(null=True)
    replayed_by = models.CharField(max_length=100, blank=True)

    class Meta:
        verbose_name = "Stripe event"
        constraints: ClassVar = [
            WrittenRules(
                name="stripe_event_rules",
                columns=("event_id", "state", "processed_at", "replayed_at", "replayed_by"),
                rules={
                    "stripe_event_has_id": "NEW.event_id <> ''",
                    "stripe_event_state_known": one_of("state", StripeEventState),
                    "stripe_event_done_has_time": (
                        f"(NEW.state IN ('{StripeEventState.PROCESSED}',"
                        f" '{StripeEventState.IGNORED}')) = (NEW.processed_at IS NOT NULL)"
                    ),
                    "stripe_event_replay_names_operator": (
                        "(NEW.replayed_at IS NULL) = (NEW.replayed_by = '')"
                    ),
                },
            ),
        ]
        indexes: ClassVar = [
            # Serves the operators' view of what waits or is dead.
            models.Index(
                fields=("state", "received_at"),
                condition=Q(state__in=(StripeEventState.RECEIVED, StripeEventState.DEAD)),
                name="stripe_event_open",
            ),
            # Serve the operators' filter by type, and their search by customer and by object.
            models.Index(fields=("type", "-received_at"), name="stripe_event_type"),
            models.Index(
                fields=("stripe_customer_id",),
                condition=~Q(stripe_customer_id=""),
                name="stripe_event_customer",
            ),
            models.Index(KT("payload__data__object__id"), name="stripe_event_object"),
            # Serves the inbox, newest first.
            models.Index(fields=("-received_at",), name="stripe_event_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"

    @property
    def is_waiting(self) -> bool:
        return self.state == StripeEventState.RECEIVED

    @property
    def may_be_replayed(self) -> bool:
        return not self.is_waiting

    @property
    def lane(self) -> str:
        """Events of one lane are worked on one after the other: those of a Stripe customer."""
        return self.stripe_customer_id or self.event_id

    @property
    def subject(self) -> dict[str, Any]:
        """The object the event is about, as it was when the event was made."""
        subject: dict[str, Any] = self.payload["data"]["object"]
        return subject
