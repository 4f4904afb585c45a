"""What must be true after a year, however it went."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import time_machine
from django.db.models import Sum

from billing.gateway import SubscriptionInvoice
from billing.models import (
    Allocation,
    AllocationKind,
    Interval,
    PackageVersion,
    PromotionUse,
    Rollover,
    StripeEvent,
    StripePrice,
    Subscription,
    TopUp,
)
from billing.models.subscription import LIVE
from billing.reports.recurring import Recurring, recurring_by_package, recurring_flow
from billing.reports.revenue import revenue
from billing.tests.stripe_account import StripeAccount
from creditsite.kernel import clock
from creditsite.kernel.report import ReportRange, Step
from wallet.actions.ledger_hours import forget_hours, roll_up_ledger
from wallet.models import EntryKind, Grant, GrantSource, LedgerEntry, Wallet
from wallet.reports.credit_flow import credit_flow
from wallet.reports.flow import ledger_ties
from wallet.reports.liability import liability
from wallet.verification import verify_wallets

Json = dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    """What a year came to: by customer their balance, and what they were granted, paid for."""

    balances: dict[str, Decimal]
    granted: Counter[tuple[str, str, Decimal]]
    allocated: Counter[tuple[str, str, Decimal, int]]

    def differences_to(self, other: Outcome) -> list[str]:
        """Return what one of the two has and the other has not."""
        mine = [*self.balances.items(), *self.granted.elements(), *self.allocated.elements()]
        theirs = [*other.balances.items(), *other.granted.elements(), *other.allocated.elements()]
        more, less = Counter(mine) - Counter(theirs), Counter(theirs) - Counter(mine)
        return [f"more: {each}" for each in more] + [f"less: {each}" for each in less]


def outcome() -> Outcome:
    """Return what the year came to."""
    return Outcome(
        balances={
            wallet.customer.email: wallet.balance
            for wallet in Wallet.objects.select_related("customer")
        },
        granted=Counter(Grant.objects.values_list("wallet__customer__email", "source", "credits")),
        allocated=Counter(
            Allocation.objects.values_list(
                "subscription__wallet__customer__email", "kind", "credits", "paid_cents"
            )
        ),
    )


def check_all(account: StripeAccount) -> None:
    """Hold the ledger against Stripe and against itself."""
    states = Counter(StripeEvent.objects.values_list("state", flat=True))
    assert not states["received"] and not states["dead"], states
    assert not [fault for progress in verify_wallets() for fault in progress.faults]
    check_every_paid_line_is_allocated_once(account)
    check_every_grant_has_its_cause()
    check_rollovers()
    check_sums()
    check_reports(account)


def paid_invoices(account: StripeAccount) -> list[Json]:
    found: list[Json] = []
    while True:
        after = {"starting_after": found[-1]["id"]} if found else {}
        page = account.call("GET", "/v1/invoices", params={"limit": 100, "status": "paid"} | after)
        found += page["data"]
        if not page["has_more"]:
            return found


def check_every_paid_line_is_allocated_once(account: StripeAccount) -> None:
    """Each paid period has one allocation, and the other way round; money ties to the cent."""
    versions = {
        price.stripe_id: price.version for price in StripePrice.objects.select_related("version")
    }
    by_line = {each.stripe_line_id: each for each in Allocation.objects.filter(kind="period")}
    by_invoice = {
        each.stripe_invoice_id: each for each in Allocation.objects.filter(kind="upgrade")
    }
    lines = upgrades = cents = 0
    for told in paid_invoices(account):
        invoice = SubscriptionInvoice.of(told)
        if invoice is None:
            continue
        # Not what was charged: sums too small for a charge go over to the next invoice.
        cents += told["total"]
        for line in invoice.lines:
            if line.is_period:
                lines += 1
                allocation = by_line[line.id]
                assert allocation.credits == versions[line.price_id].credits
                assert allocation.paid_cents == line.paid_cents
                assert (allocation.period_start, allocation.period_end) == (
                    line.period_start,
                    line.period_end,
                )
        if invoice.is_of_change and any(line.paid_cents > 0 for line in invoice.lines):
            upgrades += 1
            assert by_invoice[invoice.id].paid_cents == told["total"]
    assert (lines, upgrades) == (len(by_line), len(by_invoice))
    assert cents == Allocation.objects.aggregate(paid=Sum("paid_cents"))["paid"]


def check_every_grant_has_its_cause() -> None:
    """Whatever was granted was paid for, promised, or carried on; nothing twice."""
    causes = {
        GrantSource.SUBSCRIPTION: Allocation.objects.values_list("entry_id", flat=True),
        GrantSource.TOP_UP: TopUp.objects.filter(status="paid").values_list("entry_id", flat=True),
        GrantSource.PROMOTION: PromotionUse.objects.filter(bonus_entry__isnull=False).values_list(
            "bonus_entry_id", flat=True
        ),
        GrantSource.ROLLOVER: Allocation.objects.filter(rolled_over__isnull=False).values_list(
            "rolled_over_id", flat=True
        ),
    }
    entries = LedgerEntry.objects.filter(kind=EntryKind.GRANT)
    sources = dict(Grant.objects.values_list("pk", "source"))
    granted: dict[str, list[int]] = {source: [] for source in causes}
    for entry in entries:
        granted[sources[entry.draws[0][0]]].append(entry.pk)
    for source, found in causes.items():
        assert sorted(granted[source]) == sorted(found), source


def check_reports(account: StripeAccount) -> None:
    """What finance reads ties with the ledger and with Stripe, whatever of it is rolled up."""
    now = clock.now()
    chosen = ReportRange((now - timedelta(days=400)).date(), now.date(), Step.MONTH)
    # A worker that was alive at the tenth minute of some hour has rolled up already.
    forget_hours()
    # In how many days a lot expires must not change between the two looks.
    with time_machine.travel(now, tick=False):
        before = [build(chosen).tables for build in (credit_flow, liability, revenue)]
        assert roll_up_ledger() > 100
        assert [build(chosen).tables for build in (credit_flow, liability, revenue)] == before
    assert ledger_ties().holds
    billed = sum(invoice["total"] for invoice in paid_invoices(account))
    flow = recurring_flow(chosen)
    after = sum(
        (moved for moves in flow.periods.values() for moved in moves.values()), flow.opening
    )
    # What was paid for last counts, not what is planned or waits for its payment.
    terms = [
        each.allocations.latest("period_start", "pk").version
        for each in Subscription.objects.filter(status__in=LIVE[1:])
    ]
    monthly = [
        round(each.price_cents / (12 if each.interval == Interval.YEAR else 1)) for each in terms
    ]
    assert (after.plans, after.cents) == (len(monthly), sum(monthly))
    by_package = recurring_by_package(chosen).values()
    assert sum(by_package, Recurring()) == after
    table = revenue(chosen).table("invoices")
    assert table and [row[1] for row in table.rows] == [billed, billed, 0]


def check_rollovers() -> None:
    """Of each period that is over went on what its terms let, and of others nothing."""
    now = clock.now()
    over = Allocation.objects.filter(period_end__lte=now)
    assert not over.filter(settled_at=None).exists()
    assert not Allocation.objects.filter(period_end__gt=now, settled_at__isnull=False).exists()
    periods = over.values("subscription", "period_end").annotate(
        credits=Sum("rolled_over__credits", default=0)
    )
    for period in periods:
        last = (
            over.filter(subscription=period["subscription"], period_end=period["period_end"])
            .order_by("period_start", "pk")
            .last()
        )
        assert last
        terms: PackageVersion = last.version
        if terms.rollover == Rollover.NONE:
            assert period["credits"] == 0
        if terms.rollover_cap is not None:
            assert period["credits"] <= terms.rollover_cap
    assert not Grant.objects.filter(expires_at__lte=now, remaining__gt=0).exists()


def check_sums() -> None:
    """A wallet's balance is what came in less what went out, and what is left of its lots."""
    for wallet in Wallet.objects.all():
        moved = wallet.entries.aggregate(sum=Sum("credits", default=Decimal(0)))["sum"]
        left = wallet.grants.aggregate(sum=Sum("remaining", default=Decimal(0)))["sum"]
        assert wallet.balance == moved == left
    for use in PromotionUse.objects.counted().select_related("promotion"):
        most = use.promotion.most_uses
        counted = PromotionUse.objects.counted().filter(promotion=use.promotion).count()
        assert most is None or counted <= most
    assert set(Allocation.objects.values_list("kind", flat=True)) <= set(AllocationKind.values)
