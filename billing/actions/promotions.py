"""Which promotions a customer may use, their limits, and what they give."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from billing.actions.packages import see_the_plans
from billing.errors import (
    PromotionForFirstPurchase,
    PromotionNotApplicable,
    PromotionNotFound,
    PromotionNotRunning,
    PromotionNotYours,
    PromotionUsedUp,
)
from billing.models import (
    Promotion,
    PromotionScope,
    PromotionUse,
    Subscription,
    TopUp,
    TopUpStatus,
)
from billing.models.promotion import PromotionUseQuerySet
from billing.models.subscription import BEGUN
from billing.quotes import Quote
from creditsite.kernel import clock
from creditsite.kernel.actor import Actor
from creditsite.kernel.errors import NextStep
from creditsite.kernel.idempotency import internal_key
from wallet.actions import grant_credits
from wallet.models import GrantSource, Wallet

PROMOTION = Actor.system("promotion")


@dataclass(frozen=True)
class Buyer:
    """Who is to use a promotion, for what and when; no wallet: a new customer.

    While a purchase is being reserved, what the customer's open payment pages hold counts too.
    """

    wallet: Wallet | None
    scope: PromotionScope
    at: datetime
    is_reserving: bool

    @property
    def uses(self) -> PromotionUseQuerySet:
        """The uses that limits count."""
        counted = PromotionUse.objects.counted()
        return counted if self.is_reserving or not self.wallet else counted.but_open(self.wallet)

    @property
    def without_code(self) -> NextStep:
        if self.scope == PromotionScope.PACKAGES:
            return NextStep("See the plans without the code", reverse("billing:plans"))
        return NextStep("Buy without the code", reverse("billing:top_up"))


def usable_promotions(
    *,
    wallet: Wallet | None,
    scope: PromotionScope,
    code: str,
    at: datetime,
    is_reserving: bool = False,
) -> list[Promotion]:
    """Return the sales that run and the promotion of the code, as far as the customer may use
    them. Without a wallet: what a new customer may use.

    `is_reserving`: the answer holds under `lock_limits`, and counts what the customer's open
    payment pages hold. Raises `PromotionNotApplicable` in one of its kinds where it is the code
    that can't be used.
    """
    buyer = Buyer(wallet, scope, at, is_reserving)
    found = Promotion.objects.filter(Q(code="") | Q(code__iexact=code)).prefetch_related(
        "customers"
    )
    entered = next((each for each in found if each.code), None)
    if code and entered is None:
        raise PromotionNotFound(
            f"Nothing has the code {code}. Look whether it is spelled as you got it.",
            next_step=buyer.without_code,
        )
    usable = []
    for promotion in found:
        refusal = _refusal(promotion, buyer)
        if refusal is None:
            usable.append(promotion)
        elif promotion == entered:
            raise refusal
    return usable


def lock_limits(*, wallet: Wallet) -> None:
    """Hold still what limits count until the transaction ends: of sales started at once the
    second sees what the first reserved."""
    Wallet.objects.select_for_update(no_key=True).get(pk=wallet.pk)
    limited = Promotion.objects.filter(most_uses__isnull=False, is_on=True).order_by("pk")
    list(limited.select_for_update(no_key=True))


def reserve_promotions(*, quote: Quote, sale: TopUp | Subscription) -> None:
    """Keep what promotions give a sale; it counts until the sale expires.

    For use in the transaction that keeps the sale, after `lock_limits`.
    """
    for given in quote.given:
        PromotionUse.objects.create(
            promotion=given.promotion,
            wallet=sale.wallet,
            top_up=sale if isinstance(sale, TopUp) else None,
            subscription=sale if isinstance(sale, Subscription) else None,
            off_cents=given.off_cents,
            months=given.promotion.months,
            bonus_credits=given.bonus_credits,
            created_at=clock.now(),
        )


@transaction.atomic
def grant_bonus_credits(*, uses: Iterable[PromotionUse], expires_at: datetime) -> None:
    """Grant the bonus credits of uses whose sale is paid, each once."""
    for use in uses:
        if use.bonus_entry_id or not use.bonus_credits:
            continue
        use.bonus_entry = grant_credits(
            wallet=use.wallet,
            credits=use.bonus_credits,
            source=GrantSource.PROMOTION,
            idempotency_key=internal_key("promotion", str(use.pk)),
            actor=PROMOTION,
            expires_at=expires_at,
            reference=f"promotion {use.promotion_id}",
            reason=f"Bonus: {use.promotion.name}",
        ).entry
        use.save(update_fields=["bonus_entry"])


def _refusal(promotion: Promotion, buyer: Buyer) -> PromotionNotApplicable | None:
    return (
        _refusal_by_terms(promotion, buyer)
        or _refusal_by_customer(promotion, buyer)
        or _refusal_by_limits(promotion, buyer)
    )


def _refusal_by_terms(promotion: Promotion, buyer: Buyer) -> PromotionNotApplicable | None:
    if not promotion.is_on or (promotion.ends_at and promotion.ends_at <= buyer.at):
        return PromotionNotRunning(f"{promotion.name} is over.", next_step=buyer.without_code)
    if buyer.at < promotion.starts_at:
        return PromotionNotRunning(
            f"{promotion.name} has not begun yet.",
            next_step=buyer.without_code,
            starts_at=promotion.starts_at,
        )
    if not promotion.is_for(buyer.scope):
        other = NextStep("Top up", reverse("billing:top_up"))
        if buyer.scope == PromotionScope.TOP_UPS:
            other = see_the_plans()
        label = PromotionScope(promotion.applies_to).label.lower()
        return PromotionNotApplicable(f"{promotion.name} is for {label}.", next_step=other)
    return None


def _refusal_by_customer(promotion: Promotion, buyer: Buyer) -> PromotionNotApplicable | None:
    named = {customer.pk for customer in promotion.customers.all()}
    if named and (buyer.wallet is None or buyer.wallet.customer_id not in named):
        return PromotionNotYours(
            f"{promotion.name} is for customers we named.", next_step=buyer.without_code
        )
    if promotion.is_for_first_purchase and _has_bought(buyer):
        return PromotionForFirstPurchase(
            f"{promotion.name} is for a first purchase, and you have bought before.",
            next_step=buyer.without_code,
        )
    return None


def _has_bought(buyer: Buyer) -> bool:
    """Whether the customer has paid for something, or has a first purchase under way."""
    wallet = buyer.wallet
    if wallet is None:
        return False
    return (
        TopUp.objects.filter(wallet=wallet, status=TopUpStatus.PAID).exists()
        or Subscription.objects.filter(wallet=wallet, status__in=BEGUN).exists()
        or buyer.uses.filter(wallet=wallet, promotion__is_for_first_purchase=True).exists()
    )


def _refusal_by_limits(promotion: Promotion, buyer: Buyer) -> PromotionNotApplicable | None:
    uses = buyer.uses.filter(promotion=promotion)
    most, each = promotion.most_uses, promotion.most_uses_each
    if most is not None and uses.count() >= most:
        return PromotionUsedUp(
            f"{promotion.name} is used up: all {most} uses are taken.",
            next_step=buyer.without_code,
            limit=most,
        )
    if each is not None and buyer.wallet and uses.filter(wallet=buyer.wallet).count() >= each:
        times = "once" if each == 1 else f"{each} times"
        return PromotionUsedUp(
            f"You have used {promotion.name} {times}, as often as it may be.",
            next_step=buyer.without_code,
            limit=each,
        )
    return None
