"""Business verbs of billing."""

from billing.actions.allocate import allocate_credits
from billing.actions.cancel import (
    cancel_subscription,
    end_subscription,
    resume_subscription,
)
from billing.actions.change_plan import (
    ChangeTime,
    PlanChange,
    change_plan,
    preview_plan_change,
)
from billing.actions.confirm import confirm_top_up
from billing.actions.expire import expire_checkout, expire_top_up
from billing.actions.fulfil import fulfil_top_up
from billing.actions.inbox import alert_dead_events, prune_inbox
from billing.actions.invoices import sync_invoice
from billing.actions.mirror import mirror_stripe_event
from billing.actions.overdue_checkouts import close_overdue_checkouts
from billing.actions.packages import (
    archive_package,
    create_package,
    describe_package,
    offer_package,
    restore_package,
    see_the_plans,
    version_on_sale,
)
from billing.actions.portal import open_portal, open_portal_configuration
from billing.actions.process import process_stripe_event
from billing.actions.promotions import usable_promotions
from billing.actions.publish import (
    PackageTerms,
    check_terms,
    price_version,
    price_waiting_versions,
    publish_version,
    reprice_version,
)
from billing.actions.quote import quote_package, quote_top_up
from billing.actions.receive import receive_stripe_event
from billing.actions.refresh import confirm_subscription, refresh_subscription
from billing.actions.refunds import sync_refund
from billing.actions.renewals import tell_renewals
from billing.actions.replay import replay_stripe_event
from billing.actions.running import running_subscription
from billing.actions.set_up import EndpointStep, SetUpEndpoint, set_up_webhook_endpoint
from billing.actions.settle import settle_periods
from billing.actions.start import StartedTopUp, start_top_up
from billing.actions.stripe_customers import open_stripe_customer, reopen_stripe_customer
from billing.actions.subscribe import (
    StartedSubscription,
    expire_subscription,
    expire_subscription_checkout,
    start_subscription,
)
from billing.actions.sync import sync_subscription
from billing.actions.tell import set_mail_preferences
from billing.actions.upgrades import Upgrade, find_upgrade
from billing.actions.version_moves import (
    call_off_version_move,
    check_version_move,
    first_renewal,
    move_subscribers,
    notice_needed,
    plan_version_move,
)

__all__ = [
    "ChangeTime",
    "EndpointStep",
    "PackageTerms",
    "PlanChange",
    "SetUpEndpoint",
    "StartedSubscription",
    "StartedTopUp",
    "Upgrade",
    "alert_dead_events",
    "allocate_credits",
    "archive_package",
    "call_off_version_move",
    "cancel_subscription",
    "change_plan",
    "check_terms",
    "check_version_move",
    "close_overdue_checkouts",
    "confirm_subscription",
    "confirm_top_up",
    "create_package",
    "describe_package",
    "end_subscription",
    "expire_checkout",
    "expire_subscription",
    "expire_subscription_checkout",
    "expire_top_up",
    "find_upgrade",
    "first_renewal",
    "fulfil_top_up",
    "mirror_stripe_event",
    "move_subscribers",
    "notice_needed",
    "offer_package",
    "open_portal",
    "open_portal_configuration",
    "open_stripe_customer",
    "plan_version_move",
    "preview_plan_change",
    "price_version",
    "price_waiting_versions",
    "process_stripe_event",
    "prune_inbox",
    "publish_version",
    "quote_package",
    "quote_top_up",
    "receive_stripe_event",
    "refresh_subscription",
    "reopen_stripe_customer",
    "replay_stripe_event",
    "reprice_version",
    "restore_package",
    "resume_subscription",
    "running_subscription",
    "see_the_plans",
    "set_mail_preferences",
    "set_up_webhook_endpoint",
    "settle_periods",
    "start_subscription",
    "start_top_up",
    "sync_invoice",
    "sync_refund",
    "sync_subscription",
    "tell_renewals",
    "usable_promotions",
    "version_on_sale",
]
