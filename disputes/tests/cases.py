"""Cases for the tests, made by the real actions."""

from __future__ import annotations

import itertools
from decimal import Decimal
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Permission

from billing.models import Invoice, InvoiceStatus
from creditsite.accounts.models import User
from creditsite.kernel import clock
from creditsite.kernel.actor import Actor
from creditsite.tests.people import PASSWORD
from disputes.actions import Decision, open_dispute, rule_on_dispute
from disputes.models import Dispute, DisputeReason, Ruling, RulingOutcome
from wallet.actions import add_service, grant_credits, spend_credits
from wallet.models import GrantSource, LedgerEntry, Service, Wallet

ACTOR = Actor.system("test")
NUMBERS = itertools.count(1)
EXPLANATION = "The run was started twice, and I was charged for both."


def make_reviewer(email: str, *rights: str) -> User:
    """Make an operator who may review disputes, and has other rights by name."""
    reviewer = User.objects.create_user(email, PASSWORD, is_staff=True)
    EmailAddress.objects.create(user=reviewer, email=email, verified=True, primary=True)
    codenames = ("review_dispute", "view_dispute", *rights)
    found = Permission.objects.filter(content_type__app_label="disputes", codename__in=codenames)
    assert found.count() == len(codenames)
    reviewer.user_permissions.set(found)
    return reviewer


def give(wallet: Wallet, credits: str = "1000") -> LedgerEntry:
    return grant_credits(
        wallet=wallet,
        credits=Decimal(credits),
        source=GrantSource.PROMOTION,
        idempotency_key=f"grant-{next(NUMBERS)}",
        actor=ACTOR,
    ).entry


def make_service(slug: str = "runs") -> Service:
    """Make a service at one credit a run, or find it."""
    return add_service(slug=slug, name=slug.title(), unit="run", credits_per_unit=Decimal(1))


def charge(
    wallet: Wallet, quantity: str = "10", *, service: str = "runs", **metadata: Any
) -> LedgerEntry:
    """Spend a quantity of a service at one credit each."""
    make_service(service)
    return spend_credits(
        wallet_id=wallet.pk,
        service=service,
        quantity=Decimal(quantity),
        idempotency_key=f"spend-{next(NUMBERS)}",
        actor=ACTOR,
        metadata=metadata,
    ).entry


def dispute(
    *spends: LedgerEntry,
    reason: DisputeReason = DisputeReason.DUPLICATE,
    claimed: str | None = None,
    **more: Any,
) -> Dispute:
    """Open a case about spends of one wallet, as its customer."""
    credits = None if claimed is None else Decimal(claimed)
    wallet = spends[0].wallet
    return open_dispute(
        wallet=wallet,
        reason=reason,
        explanation=EXPLANATION,
        charges=dict.fromkeys((spend.pk for spend in spends), credits),
        actor=wallet.customer.actor,
        **more,
    ).dispute


def paid_invoice(wallet: Wallet, total_cents: int = 1999) -> Invoice:
    """Keep a paid invoice, as Stripe's events would have it."""
    now, number = clock.now(), next(NUMBERS)
    return Invoice.objects.create(
        wallet=wallet,
        stripe_id=f"in_test{number}",
        number=f"TEST-{number}",
        label="Starter, a month",
        status=InvoiceStatus.PAID,
        total_cents=total_cents,
        currency="usd",
        issued_at=now,
        paid_at=now,
        told_at=now,
    )


def dispute_payment(invoice: Invoice) -> Dispute:
    """Open a case about a payment, as its customer."""
    return open_dispute(
        wallet=invoice.wallet,
        reason=DisputeReason.NOT_MINE,
        explanation=EXPLANATION,
        invoice=invoice.pk,
        actor=invoice.wallet.customer.actor,
    ).dispute


def rule(
    case: Dispute,
    reviewer: User,
    outcome: RulingOutcome = RulingOutcome.REJECTED,
    *,
    cents: int | None = None,
    credits: dict[LedgerEntry, str] | None = None,
) -> Ruling:
    """Rule on a case."""
    named = {entry.pk: Decimal(part) for entry, part in (credits or {}).items()}
    decision = Decision(outcome, "This is how it came about.", named, cents)
    return rule_on_dispute(dispute=case, decision=decision, reviewer=reviewer)
