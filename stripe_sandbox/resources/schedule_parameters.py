"""What the operations on subscription schedules take."""

from stripe_sandbox.parameters import (
    Currency,
    Fields,
    Integer,
    ListOf,
    Metadata,
    NotYet,
    Off,
    Record,
    Text,
)
from stripe_sandbox.resources.item_choices import NEW_ITEMS
from stripe_sandbox.resources.prices import INTERVALS
from stripe_sandbox.resources.subscription_parameters import (
    DISCOUNTS,
    PRORATION_BEHAVIOR,
    MomentOr,
)

# What both a phase and a schedule's default settings have, and the sandbox has in one way only.
ONE_WAY: Fields = {
    "billing_cycle_anchor": Text(choices=("automatic",), clearable=False),
    "collection_method": Text(choices=("charge_automatically",), clearable=False),
    **{
        name: NotYet()
        for name in (
            "application_fee_percent",
            "automatic_tax",
            "billing_thresholds",
            "invoice_settings",
            "on_behalf_of",
            "transfer_data",
        )
    },
}
DEFAULT_SETTINGS = Record(
    {
        **ONE_WAY,
        "default_payment_method": Text(),
        "description": Text(longest=500),
    }
)
_PHASE: Fields = {
    **ONE_WAY,
    **{
        name: NotYet()
        for name in (
            "add_invoice_items",
            "default_payment_method",
            "default_tax_rates",
            "description",
            "trial_end",
        )
    },
    "discounts": DISCOUNTS,
    "duration": Record(
        {
            "interval": Text(choices=INTERVALS, required=True),
            "interval_count": Integer(least=1, most=1095, clearable=False),
        }
    ),
    "items": ListOf(NEW_ITEMS.each, required=True, most=NEW_ITEMS.most),
    "metadata": Metadata(),
    "proration_behavior": PRORATION_BEHAVIOR,
    "trial": Off(clearable=False),
}
NEW_PHASES = ListOf(
    Record(
        {
            **_PHASE,
            "currency": Currency(clearable=False),
            "end_date": Integer(least=0, clearable=False),
        }
    )
)
CHANGED_PHASES = ListOf(
    Record({**_PHASE, "end_date": MomentOr("now"), "start_date": MomentOr("now")})
)
# What may be said of a schedule at its beginning and later.
SETTINGS: Fields = {
    "default_settings": DEFAULT_SETTINGS,
    "end_behavior": Text(choices=("cancel", "release"), clearable=False),
    "metadata": Metadata(),
}
