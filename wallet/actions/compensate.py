"""Give back what an incident cost: started once, then charge by charge."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction

from creditsite.kernel import clock
from creditsite.kernel.credits import ZERO, round_credits
from creditsite.kernel.errors import DomainError
from creditsite.kernel.idempotency import internal_key
from wallet import ledger
from wallet.actions.spend import reverse_spend
from wallet.errors import WalletBusy
from wallet.jobs import defer_compensation
from wallet.models import ChargeStatus, CompensatedCharge, Compensation, LedgerEntry
from wallet.models.compensation import ALL_OF_IT

# So many charges are settled in one transaction, which locks their wallets.
CHARGES_AT_ONCE = 200


def start_compensation(compensation: Compensation) -> Compensation:
    """Let the job settle its charges; part of the transaction that asked or approved."""
    compensation.started_at = clock.now()
    compensation.save(update_fields=["started_at"])
    defer_compensation(compensation)
    return compensation


def carry_on_compensations() -> None:
    """Settle what is left of compensations whose job broke off, the oldest first."""
    for compensation in Compensation.objects.filter(started_at__isnull=False, finished_at=None):
        while compensate_some(compensation=compensation):
            pass


@transaction.atomic
def compensate_some(*, compensation: Compensation) -> bool:
    """Settle the next `CHARGES_AT_ONCE` charges of a started compensation; tell if any are left.

    Each gets one reversal under a key of the compensation and its entry. What was given back
    since it was asked is taken off; what has nothing left, or is refused, is left out and says
    why. Broken off, it has settled whole steps; repeated, it goes on. Two at once take turns.
    """
    locked = Compensation.objects.select_for_update(no_key=True).get(pk=compensation.pk)
    if not locked.is_under_way:
        return False
    waiting = locked.charges.filter(status=ChargeStatus.WAITING)
    charges = list(waiting.order_by("wallet", "entry")[:CHARGES_AT_ONCE])
    if not charges:
        locked.finished_at = clock.now()
        locked.save(update_fields=["finished_at"])
        return False
    for wallet_id in sorted({charge.wallet_id for charge in charges}):
        ledger.lock(wallet_id=wallet_id)
    spends = LedgerEntry.objects.filter(pk__in=[charge.entry_id for charge in charges])
    found = spends.spends_with_left().in_bulk()
    for charge in charges:
        _settle(locked, charge, found[charge.entry_id])
    CompensatedCharge.objects.bulk_update(charges, ["status", "reversal", "note"])
    return True


def _settle(compensation: Compensation, charge: CompensatedCharge, spend: LedgerEntry) -> None:
    credits = min(charge.credits, _share(compensation, spend))
    if credits <= ZERO:
        charge.status, charge.note = ChargeStatus.LEFT_OUT, "It was given back elsewhere."
        return
    try:
        charge.reversal = reverse_spend(
            spend=spend,
            credits=credits,
            reason=compensation.reason,
            idempotency_key=internal_key("compensation", f"{compensation.pk}", f"{spend.pk}"),
            actor=compensation.asked_by.actor,
        ).entry
        charge.status = ChargeStatus.GIVEN
    except WalletBusy:
        raise
    except DomainError as refusal:
        charge.status, charge.note = ChargeStatus.LEFT_OUT, refusal.detail


def _share(compensation: Compensation, spend: LedgerEntry) -> Decimal:
    whole: Decimal = -spend.credits
    return round_credits(whole * compensation.percent / ALL_OF_IT) - (whole - spend.left)
