"""Business verbs of billing."""

from billing.actions.confirm import confirm_top_up
from billing.actions.expire import expire_checkout, expire_top_up
from billing.actions.fulfil import fulfil_top_up
from billing.actions.mirror import mirror_stripe_event
from billing.actions.process import process_stripe_event
from billing.actions.receive import receive_stripe_event
from billing.actions.replay import replay_stripe_event
from billing.actions.set_up import EndpointStep, SetUpEndpoint, set_up_webhook_endpoint
from billing.actions.start import StartedTopUp, start_top_up
from billing.actions.stripe_customers import open_stripe_customer, reopen_stripe_customer

__all__ = [
    "EndpointStep",
    "SetUpEndpoint",
    "StartedTopUp",
    "confirm_top_up",
    "expire_checkout",
    "expire_top_up",
    "fulfil_top_up",
    "mirror_stripe_event",
    "open_stripe_customer",
    "process_stripe_event",
    "receive_stripe_event",
    "reopen_stripe_customer",
    "replay_stripe_event",
    "set_up_webhook_endpoint",
    "start_top_up",
]
