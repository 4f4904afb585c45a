"""What the operations on subscriptions take."""

from stripe_sandbox.errors import invalid_request
from stripe_sandbox.forms import FormValue
from stripe_sandbox.parameters import (
    Boolean,
    Fields,
    Integer,
    ListOf,
    Metadata,
    NotYet,
    Off,
    Parameter,
    Record,
    Text,
)

PERIOD_ENDS = ("max_billed_until", "max_period_end", "min_period_end")
FEEDBACK = (
    "customer_service",
    "low_quality",
    "missing_features",
    "other",
    "switched_service",
    "too_complex",
    "too_expensive",
    "unused",
)


class MomentOr(Parameter):
    """A unix time, or one of a few words."""

    def __init__(self, *words: str, clearable: bool = False) -> None:
        super().__init__(clearable=clearable)
        self.choices = words

    def read(self, value: FormValue, name: str) -> int | str:
        if isinstance(value, str) and value in self.choices:
            return value
        return Integer(least=0).read(value, name)


class FlexibleMode(Record):
    """The billing mode, of which the sandbox has the flexible one only."""

    def __init__(self) -> None:
        super().__init__(
            {
                "flexible": Record({"proration_discounts": Text(choices=("included",))}),
                "type": Text(choices=("classic", "flexible"), required=True),
            }
        )

    def read(self, value: FormValue, name: str) -> dict[str, object]:
        mode = super().read(value, name)
        if mode["type"] != "flexible":
            raise invalid_request(
                "The Stripe sandbox bills in flexible mode only.", f"{name}[type]"
            )
        return mode


DISCOUNTS = ListOf(
    Record({name: Text(clearable=False) for name in ("coupon", "discount", "promotion_code")}),
    most=20,
)
PRORATION_BEHAVIOR = Text(choices=("always_invoice", "create_prorations", "none"), clearable=False)
PAYMENT_BEHAVIOR = Text(
    choices=(
        "allow_incomplete",
        "default_incomplete",
        "error_if_incomplete",
        "pending_if_incomplete",
    ),
    clearable=False,
)
PAYMENT_SETTINGS = Record(
    {
        "payment_method_options": NotYet(),
        "payment_method_types": ListOf(Text(choices=("card",), clearable=False)),
        "save_default_payment_method": Text(choices=("off", "on_subscription"), clearable=False),
    }
)
TRIAL_SETTINGS = Record(
    {
        "end_behavior": Record(
            {
                "missing_payment_method": Text(
                    choices=("cancel", "create_invoice", "pause"), required=True
                )
            },
            required=True,
        )
    }
)
CANCELLATION_DETAILS = Record(
    {"comment": Text(), "feedback": Text(choices=FEEDBACK), "feedback_option": NotYet()}
)
# What may be set at the beginning and changed later.
SETTINGS: Fields = {
    "cancel_at_period_end": Boolean(clearable=False),
    "collection_method": Text(choices=("charge_automatically", "send_invoice"), clearable=False),
    "days_until_due": Integer(least=0, most=730, clearable=False),
    "default_payment_method": Text(clearable=False),
    "description": Text(longest=500),
    "discounts": DISCOUNTS,
    "metadata": Metadata(),
    "off_session": Boolean(clearable=False),
    "payment_behavior": PAYMENT_BEHAVIOR,
    "payment_settings": PAYMENT_SETTINGS,
    "proration_behavior": PRORATION_BEHAVIOR,
    "trial_end": MomentOr("now"),
    "trial_from_plan": Off(clearable=False),
    "trial_settings": TRIAL_SETTINGS,
}
NOT_YET = (
    "add_invoice_items",
    "application_fee_percent",
    "automatic_tax",
    "billing_schedules",
    "billing_thresholds",
    "default_source",
    "default_tax_rates",
    "invoice_settings",
    "on_behalf_of",
    "pending_invoice_item_interval",
    "transfer_data",
)
