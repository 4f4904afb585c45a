"""Rows of the billing app."""

from billing.models.stripe_customer import StripeCustomer
from billing.models.stripe_event import StripeEvent, StripeEventState
from billing.models.top_up import TopUp, TopUpStatus

__all__ = ["StripeCustomer", "StripeEvent", "StripeEventState", "TopUp", "TopUpStatus"]
