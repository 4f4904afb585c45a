"""Write into the audit log what operators do."""

from __future__ import annotations

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model

from creditsite.accounts.models import User

LONGEST_NAME = LogEntry._meta.get_field("object_repr").max_length


def log_step(*, operator: User, row: Model, what: str) -> None:
    """Write down for good what an operator did to a row; `what` has the reason, if there is one."""
    LogEntry.objects.create(
        user=operator,
        content_type=ContentType.objects.get_for_model(row),
        object_id=str(row.pk),
        object_repr=str(row)[:LONGEST_NAME],
        action_flag=CHANGE,
        change_message=what,
    )
