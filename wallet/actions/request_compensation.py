"""Ask for a compensation: what it gives is written down charge by charge, then it starts."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import Sum

from creditsite.accounts.models import User
from creditsite.kernel import clock
from creditsite.kernel.credits import ZERO
from creditsite.kernel.errors import IdempotencyKeyReused
from wallet.actions.approval import COUNTED_TIME
from wallet.actions.compensate import start_compensation
from wallet.actions.reasons import require_reason
from wallet.errors.operators import CompensationOutOfRange, NothingToCompensate
from wallet.models import (
    ApprovalRequest,
    ChangeKind,
    CompensatedCharge,
    Compensation,
    Incident,
)
from wallet.models.compensation import ALL_OF_IT

ROWS_AT_ONCE = 5000
# The id of a spend, its wallet's, and what of the spend is given back.
Share = tuple[int, int, Decimal]


@transaction.atomic
def request_compensation(
    *,
    incident: Incident,
    percent: Decimal,
    failed_only: bool,
    reason: str,
    idempotency_key: str,
    operator: User,
) -> Compensation:
    """Give back a share of each charge of an incident, by a job; or have another approve it.

    What was given back of a charge before counts in. Up to `ADJUSTMENT_APPROVAL_CREDITS` in
    total, with what the operator compensated alone within `COUNTED_TIME`, it starts at once;
    above, a request waits for another operator. A repeated key answers the first.

    Raises `ReasonRequired`, `CompensationOutOfRange`, `NothingToCompensate`,
    `IdempotencyKeyReused`.
    """
    why = require_reason(reason)
    require_compensable(incident, percent)
    # One at a time, so that what each of them counts is all there is.
    asker = User.objects.select_for_update(no_key=True).get(pk=operator.pk)
    asked = Compensation(
        service=incident.service,
        begins_at=incident.begins_at,
        ends_at=incident.ends_at,
        percent=percent,
        failed_only=failed_only,
        reason=why,
        asked_by=asker,
        asked_at=clock.now(),
        idempotency_key=idempotency_key,
    )
    before = Compensation.objects.filter(idempotency_key=idempotency_key).first()
    if before:
        return _the_same(before, asked)
    shares = _shares(asked)
    needs_another = compensation_needs_another(asked.credits, asker)
    _write_down(asked, shares)
    if not needs_another:
        return start_compensation(asked)
    _ask_another(asked)
    return asked


def require_compensable(incident: Incident, percent: Decimal) -> None:
    """Raise `CompensationOutOfRange` unless the incident is over and the share is one."""
    if not incident.begins_at < incident.ends_at <= clock.now():
        raise CompensationOutOfRange("An incident ends after it begins, and before now.")
    if not percent.is_finite() or not 0 < percent <= ALL_OF_IT:
        raise CompensationOutOfRange("A share is above 0 and up to 100 percent.")
    if percent != round(percent, 2):
        raise CompensationOutOfRange("A share has at most two decimal places.")


def compensation_needs_another(credits: Decimal, operator: User) -> bool:
    """Tell whether a compensation of so many credits waits for another operator."""
    alone = Compensation.objects.filter(
        asked_by=operator, asked_at__gt=clock.now() - COUNTED_TIME, approval_request=None
    ).aggregate(sum=Sum("credits"))["sum"]
    most: Decimal = settings.ADJUSTMENT_APPROVAL_CREDITS
    return (alone or ZERO) + credits > most


def _shares(asked: Compensation) -> list[Share]:
    """Return what it gives of each charge; the compensation's sums are set to theirs."""
    spends = asked.incident.spends().to_compensate(
        percent=asked.percent, failed_only=asked.failed_only
    )
    shares = list(spends.values_list("pk", "wallet", "share"))  # type: ignore[misc]
    if not shares:
        raise NothingToCompensate("No charge of that service and time has a share left.")
    asked.charge_count = len(shares)
    asked.customer_count = len({wallet for _, wallet, _ in shares})
    asked.credits = sum((share for _, _, share in shares), ZERO)
    return shares


def _write_down(asked: Compensation, shares: list[Share]) -> None:
    asked.save(force_insert=True)
    CompensatedCharge.objects.bulk_create(
        [
            CompensatedCharge(compensation=asked, entry_id=entry, wallet_id=wallet, credits=share)
            for entry, wallet, share in shares
        ],
        batch_size=ROWS_AT_ONCE,
    )


def _ask_another(asked: Compensation) -> None:
    ApprovalRequest.objects.create(
        compensation=asked,
        kind=ChangeKind.COMPENSATION,
        credits=asked.credits,
        reason=asked.reason,
        asked_by=asked.asked_by,
        asked_at=asked.asked_at,
        idempotency_key=asked.idempotency_key,
    )


def _the_same(before: Compensation, asked: Compensation) -> Compensation:
    named = (
        "service_id",
        "begins_at",
        "ends_at",
        "percent",
        "failed_only",
        "reason",
        "asked_by_id",
    )
    if any(getattr(before, name) != getattr(asked, name) for name in named):
        raise IdempotencyKeyReused("The key stands for another compensation.")
    return before
