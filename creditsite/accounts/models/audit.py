"""What operators did in the admin."""

from __future__ import annotations

from django.contrib.admin.models import LogEntry


class AuditEntry(LogEntry):
    """One step of an operator: who, when, to what, and what was done, with its reason.

    Written by the admin itself; the database lets nobody change or delete a row.
    """

    class Meta:
        proxy = True
        verbose_name = "audit log entry"
        verbose_name_plural = "audit log"
