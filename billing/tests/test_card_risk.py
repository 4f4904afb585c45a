"""What is told of a customer's card payments, from dj-stripe's copies."""

from __future__ import annotations

from djstripe.models import Charge

from billing.models import StripeCustomer
from billing.reports.card_risk import CardRisk, card_risk
from billing.tests.flows.reversals import disputed_by_the_card
from billing.tests.flows.steps import paid_charge
from billing.tests.stripe_account import Deliveries
from billing.tests.test_mirror_of_every_flow import everything_at, mirror, shop
from creditsite.accounts.models import User
from stripe_sandbox.tests.shop import Shop

__all__ = ["shop"]


def test_payments_chargebacks_and_risks_are_counted(
    shop: Shop, deliveries: Deliveries, customer: User, stranger: User
) -> None:
    disputed_by_the_card(shop)
    paid_charge(shop)
    for event in everything_at(shop, "/v1/events")[::-1]:
        mirror(deliveries, event)
    (plain, contested) = everything_at(shop, "/v1/charges")
    for person, charge in ((customer, contested), (stranger, plain)):
        StripeCustomer.objects.create(
            customer=person, livemode=False, email=person.email, stripe_id=charge["customer"]
        )
    assert card_risk(customer.pk) == CardRisk(payments=1, chargebacks=1)
    assert card_risk(stranger.pk) == CardRisk(payments=1, chargebacks=0)
    copy = Charge.objects.get(id=plain["id"])
    copy.stripe_data["outcome"]["risk_level"] = "elevated"
    copy.save()
    assert card_risk(stranger.pk).risky == {"elevated": 1}


def test_who_never_paid_has_no_risk(customer: User) -> None:
    assert card_risk(customer.pk) == CardRisk(payments=0, chargebacks=0)
