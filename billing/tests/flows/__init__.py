"""What may happen at Stripe: each flow is one function of a shop, from first step to last."""

from billing.tests.flows import (
    cards,
    catalogue,
    checkouts,
    invoices,
    plan_changes,
    reversals,
    subscriptions,
)
from billing.tests.flows.steps import Flow

ROOMS = (catalogue, checkouts, cards, reversals, subscriptions, plan_changes, invoices)
EVERY_FLOW: list[Flow] = [flow for room in ROOMS for flow in room.FLOWS]
