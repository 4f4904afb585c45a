"""What happened in a case, what was written, what was handed in. All of it append-only."""

from __future__ import annotations

import uuid
from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q

from creditsite.kernel.guards import append_only
from disputes.models.dispute import Dispute
from disputes.models.statuses import DisputeStatus, Party

LONGEST_MESSAGE = 4000
MOST_EVIDENCE = 5
EVIDENCE_BYTES = 5 * 1024 * 1024


class DisputeEventKind(models.TextChoices):
    """What happened."""

    OPENED = "opened", "Opened"
    TAKEN = "taken", "Review begun"
    ASSIGNED = "assigned", "Assigned"
    ASKED = "asked", "Question asked"
    ANSWERED = "answered", "Answered"
    WRITTEN = "written", "Message written"
    NOTED = "noted", "Note for operators"
    EVIDENCE_ADDED = "evidence_added", "File added"
    REMINDED = "reminded", "Reminded to answer"
    WARNED = "warned", "Reviewer warned of the deadline"
    ESCALATED = "escalated", "Deadline missed, supervisors told"
    RULED = "ruled", "Ruled on"
    APPEALED = "appealed", "Appealed"
    WITHDRAWN = "withdrawn", "Withdrawn"
    CLOSED = "closed", "Closed"
    REFUND_MADE = "refund_made", "Refund made"


# Operators alone see these.
INTERNAL_KINDS = (
    DisputeEventKind.ASSIGNED,
    DisputeEventKind.NOTED,
    DisputeEventKind.WARNED,
    DisputeEventKind.ESCALATED,
)


class DisputeEvent(models.Model):
    """One line of a case's timeline: who, what, from which state to which, when, why."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=16, choices=DisputeEventKind.choices)
    actor = models.CharField(max_length=100)
    from_status = models.CharField(max_length=20, choices=DisputeStatus.choices, blank=True)
    to_status = models.CharField(max_length=20, choices=DisputeStatus.choices)
    note = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=DisputeEventKind.values), name="dispute_event_kind_known"
            ),
            models.CheckConstraint(condition=~Q(actor=""), name="dispute_event_has_actor"),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = append_only("dispute_event")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} in {self.dispute}"

    @property
    def is_internal(self) -> bool:
        return self.kind in INTERNAL_KINDS


class DisputeMessage(models.Model):
    """What one side wrote to the other, or operators among themselves (`is_internal`)."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="messages")
    author = models.CharField(max_length=16, choices=Party.choices)
    actor = models.CharField(max_length=100)
    text = models.TextField()
    is_internal = models.BooleanField(default=False)
    idempotency_key = models.CharField(max_length=255, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(author__in=(Party.CUSTOMER, Party.OPERATOR)),
                name="dispute_message_author_known",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="dispute_message_says_something"),
            models.CheckConstraint(
                condition=Q(is_internal=False) | Q(author=Party.OPERATOR),
                name="dispute_message_internal_of_operator",
            ),
            models.UniqueConstraint(
                fields=("dispute", "author", "idempotency_key"),
                condition=~Q(idempotency_key=""),
                name="dispute_message_key_unique",
            ),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = append_only("dispute_message")

    def __str__(self) -> str:
        return f"Message {self.pk} in {self.dispute}"


class EvidenceType(models.TextChoices):
    """What files may be, found from their content."""

    PNG = "image/png", "PNG"
    JPEG = "image/jpeg", "JPEG"
    WEBP = "image/webp", "WebP"
    PDF = "application/pdf", "PDF"
    TEXT = "text/plain", "Text"


class Evidence(models.Model):
    """A file a customer handed in; its content stands in `EvidenceContent`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="evidence")
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=32, choices=EvidenceType.choices)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    actor = models.CharField(max_length=100)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "evidence"
        ordering = ("created_at", "id")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(content_type__in=EvidenceType.values), name="evidence_type_known"
            ),
            models.CheckConstraint(
                condition=Q(size__gte=1, size__lte=EVIDENCE_BYTES), name="evidence_size_in_range"
            ),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(name__contains="/") & ~Q(name__contains="\\"),
                name="evidence_name_is_no_path",
            ),
            models.UniqueConstraint(fields=("dispute", "sha256"), name="evidence_once_in_dispute"),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = append_only("evidence")

    def __str__(self) -> str:
        return self.name


class EvidenceContent(models.Model):
    """The bytes of a file, apart from it, so that lists do not load them."""

    evidence = models.OneToOneField(
        Evidence, on_delete=models.PROTECT, primary_key=True, related_name="content"
    )
    body = models.BinaryField()

    class Meta:
        triggers: ClassVar[list[pgtrigger.Trigger]] = append_only("evidence_content")

    def __str__(self) -> str:
        return f"Content of {self.evidence_id}"
