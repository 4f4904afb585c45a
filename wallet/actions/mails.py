"""Mail customers what happened to their wallets."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import SMTPException
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string

from creditsite.kernel import clock
from wallet.actions.mail_texts import TEXTS, MailText
from wallet.models import EventKind, Grant, WalletEvent, WalletStatus

logger = logging.getLogger(__name__)

EVENTS_AT_ONCE = 200
GIVE_UP_AFTER = timedelta(hours=24)


@dataclass(frozen=True)
class Mailing:
    """How events of a kind are mailed: what is written, and whether that is wanted and still so.

    Unless `is_for_each`, of several that wait only the newest is mailed.
    """

    text: Callable[[dict[str, Any]], MailText]
    is_wanted: Callable[[WalletEvent, datetime], bool]
    is_for_each: bool = False


def mail_events() -> int:
    """Mail the events nobody was told of yet, oldest first; return how many mails went out.

    Mailed are those of `MAILINGS` that are wanted and still so; the others are settled without
    a mail. Each mail is sent and marked in a
    transaction of its own: what can't be sent stays for the next time, until it is
    `GIVE_UP_AFTER` old, and holds up no other. Several workers share the work.
    """
    sent, last = 0, 0
    while events := list(_unsettled().filter(pk__gt=last).order_by("pk")[:EVENTS_AT_ONCE]):
        last = events[-1].pk
        newest = {_replaced_by(event): event.pk for event in events}
        _settle({event.pk for event in events} - set(newest.values()))
        sent += sum(_mail(event_id) for event_id in sorted(newest.values()))
    return sent


def _replaced_by(event: WalletEvent) -> tuple[object, ...]:
    """Return what a later event has in common that is mailed in place of this one."""
    mailing = MAILINGS.get(event.kind)
    alone = event.pk if mailing and mailing.is_for_each else None
    return (event.wallet_id, event.kind, alone)


def _unsettled() -> QuerySet[WalletEvent]:
    return WalletEvent.objects.filter(mailed_at=None)


def _settle(event_ids: Iterable[int]) -> None:
    _unsettled().filter(pk__in=event_ids).update(mailed_at=clock.now())


@transaction.atomic
def _mail(event_id: int) -> bool:
    """Send the mail of one event and mark it; tell whether one went out."""
    event = (
        _unsettled()
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("wallet__customer")
        .filter(pk=event_id)
        .first()
    )
    if event is None:
        return False
    now = clock.now()
    wanted = _is_wanted(event, now)
    if wanted:
        try:
            _message(event).send()
        except (SMTPException, OSError) as error:
            return _keep_or_give_up(event, now, error)
    event.mailed_at = now
    event.save(update_fields=["mailed_at"])
    return wanted


def _is_wanted(event: WalletEvent, now: datetime) -> bool:
    """Tell whether the customer wants to hear of it, and whether it is still so."""
    mailing = MAILINGS.get(event.kind)
    return bool(mailing and event.wallet.customer.is_active and mailing.is_wanted(event, now))


def _is_still_so(event: WalletEvent, now: datetime) -> bool:
    wallet = event.wallet
    match event.kind:
        case EventKind.BALANCE_LOW | EventKind.BALANCE_DEPLETED:
            is_so = wallet.is_low or wallet.balance <= wallet.held
        case EventKind.RUN_OUT_NEAR:
            is_so = wallet.is_running_out
        case EventKind.CREDITS_EXPIRE:
            lots = [lot["lot"] for lot in event.data["lots"]]
            is_left = Grant.objects.filter(pk__in=lots, is_open=True).exists()
            is_so = wallet.alert_expiry_days is not None and is_left
        case EventKind.LIMIT_WARNING | EventKind.LIMIT_REACHED:
            resets_at = datetime.fromisoformat(event.data["resets_at"])
            is_so = wallet.alert_limits and resets_at > now
        case _:
            return wallet.status == WalletStatus.PAUSED
    return is_so and wallet.status != WalletStatus.CLOSED


def _message(event: WalletEvent) -> EmailMultiAlternatives:
    text = MAILINGS[event.kind].text(event.data)
    message = EmailMultiAlternatives(
        subject=text.subject,
        body=render_to_string("emails/event.txt", {"mail": text}).strip() + "\n",
        to=[event.wallet.customer.email],
    )
    message.attach_alternative(render_to_string("emails/event.html", {"mail": text}), "text/html")
    return message


def _keep_or_give_up(event: WalletEvent, now: datetime, error: Exception) -> bool:
    if now - event.created_at < GIVE_UP_AFTER:
        logger.warning("Mail of event %s can't be sent yet: %r", event.pk, error)
        return False
    logger.error("Mail of event %s is given up: %r", event.pk, error)
    event.mailed_at = now
    event.save(update_fields=["mailed_at"])
    return False


# By kind; billing adds its own.
MAILINGS: dict[str, Mailing] = {kind: Mailing(text, _is_still_so) for kind, text in TEXTS.items()}
