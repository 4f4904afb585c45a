"""Keep the inbox in order: alert operators of what is dead, let go of what is old."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Model, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from djstripe.models import Event as MirroredEvent

from billing.models import StripeEvent, StripeEventState
from billing.models.stripe_event import DONE
from creditsite.accounts.models import User
from creditsite.kernel import clock

LISTED = 20
DELETED_AT_ONCE = 1000


@transaction.atomic
def alert_dead_events() -> int:
    """Mail every operator which events are newly dead; return how many those are.

    Each is told once, and again where it dies again after a replay.
    """
    dead = list(
        StripeEvent.objects.select_for_update(no_key=True, skip_locked=True)
        .filter(state=StripeEventState.DEAD, alerted_at=None)
        .order_by("pk")
    )
    if not dead:
        return 0
    path = reverse("admin:billing_stripeevent_changelist")
    text = render_to_string(
        "emails/dead_events.txt",
        {
            "events": dead[:LISTED],
            "more": len(dead[LISTED:]),
            "url": f"{settings.SITE_URL}{path}?state__exact={StripeEventState.DEAD}",
        },
    )
    operators = User.objects.filter(is_staff=True, is_active=True).values_list("email", flat=True)
    subject = f"Stripe events that could not be processed: {len(dead)}"
    EmailMessage(subject, text.strip() + "\n", bcc=list(operators)).send()
    StripeEvent.objects.filter(pk__in=[event.pk for event in dead]).update(alerted_at=clock.now())
    return len(dead)


def prune_inbox() -> int:
    """Delete events that are done with and older than `STRIPE_INBOX_LIFETIME`, here and in
    dj-stripe's copies; return how many of ours.

    What they brought stays, and is not brought again: it has keys of its own.
    """
    oldest = clock.now() - settings.STRIPE_INBOX_LIFETIME
    _delete(MirroredEvent.objects.filter(created__lt=oldest))
    return _delete(
        StripeEvent.objects.filter(
            state__in=DONE, processed_at__lt=oldest, mirrored_at__isnull=False
        )
    )


def _delete(rows: QuerySet[Model]) -> int:
    """Delete rows in small transactions, so that nobody waits for long."""
    deleted = 0
    while keys := list(rows.order_by("pk").values_list("pk", flat=True)[:DELETED_AT_ONCE]):
        rows.model._default_manager.filter(pk__in=keys).delete()
        deleted += len(keys)
    return deleted
