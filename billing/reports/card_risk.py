"""What Stripe thinks of a customer's payments, from dj-stripe's copies. For people to read."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import Count, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from djstripe.models import Charge
from djstripe.models import Dispute as MirroredChargeback

from billing.models import StripeCustomer

SAFE = "normal"


@dataclass(frozen=True)
class CardRisk:
    """How many card payments are known, how many the bank contests, and the risky ones by level.

    The copies follow some seconds behind Stripe and are not decided from.
    """

    payments: int
    chargebacks: int
    risky: dict[str, int] = field(default_factory=dict)


def card_risk(customer_id: int) -> CardRisk:
    """Return what is known of the customer's card payments. One query."""
    named = StripeCustomer.objects.filter(customer=customer_id, stripe_id__isnull=False)
    charges = Charge.objects.filter(customer__in=named.values("stripe_id"))
    contested = MirroredChargeback.objects.filter(charge=OuterRef("id")).order_by()
    count = contested.values("charge").annotate(count=Count("pk")).values("count")
    found = charges.values_list(
        "stripe_data__outcome__risk_level", Coalesce(Subquery(count), Value(0))
    )
    rows = list(found)
    levels = [level for level, _ in rows]
    risky = {level: levels.count(level) for level in set(levels) if level and level != SAFE}
    return CardRisk(
        payments=len(levels),
        chargebacks=sum(chargebacks for _, chargebacks in rows),
        risky=risky,
    )
