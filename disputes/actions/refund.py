"""Say that the money a ruling granted was paid back."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction

from creditsite.accounts.models import User
from creditsite.kernel import clock
from disputes.actions.cases import lock_dispute, record, tell
from disputes.actions.texts import require_message
from disputes.errors import RefundNotDue
from disputes.models import Dispute, DisputedPurchase, DisputeEventKind
from wallet.models import EventKind

REFUND_RIGHT = "disputes.change_disputedpurchase"


@transaction.atomic
def record_refund(*, dispute: Dispute, reference: str, operator: User) -> DisputedPurchase:
    """Keep that an operator paid back what was granted, under Stripe's id of that refund.

    It moves no money and no credits: the money was paid back at Stripe, and credits that came
    with the payment are clawed back by a step of their own.

    Raises `PermissionDenied`, `TextOutOfRange`, `RefundNotDue`.
    """
    if not operator.has_perm(REFUND_RIGHT):
        raise PermissionDenied
    named = require_message(reference)
    locked = lock_dispute(dispute)
    purchase = DisputedPurchase.objects.filter(dispute=locked).first()
    if purchase is None or purchase.due_cents == 0:
        raise RefundNotDue("Nothing is to be paid back.")
    now, paid_back = clock.now(), purchase.due_cents
    purchase.refunded_cents += paid_back
    purchase.save(update_fields=["refunded_cents"])
    record(locked, DisputeEventKind.REFUND_MADE, actor=operator.actor, at=now, note=named)
    tell(
        locked,
        EventKind.DISPUTE_REFUNDED,
        refunded_cents=paid_back,
        currency=purchase.invoice.currency,
    )
    return purchase
