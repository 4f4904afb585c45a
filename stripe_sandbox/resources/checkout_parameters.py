"""What a Checkout session can be asked for."""

from stripe_sandbox.parameters import (
    Boolean,
    Currency,
    Email,
    Fields,
    Integer,
    ListOf,
    Metadata,
    NotYet,
    Off,
    Record,
    Text,
    WebAddress,
)
from stripe_sandbox.resources.line_items import LINE_ITEM
from stripe_sandbox.resources.subscription_parameters import TRIAL_SETTINGS, FlexibleMode

NOTE = Record({"message": Text(longest=1200, required=True)})
PAYMENT_INTENT_DATA = Record(
    {
        "application_fee_amount": NotYet(),
        "on_behalf_of": NotYet(),
        "shipping": NotYet(),
        "transfer_data": NotYet(),
        "capture_method": Text(choices=("automatic", "automatic_async"), clearable=False),
        "description": Text(longest=1000, clearable=False),
        "metadata": Metadata(),
        "receipt_email": Email(clearable=False),
        "setup_future_usage": Text(choices=("off_session", "on_session"), clearable=False),
        "statement_descriptor": Text(longest=22, clearable=False),
        "statement_descriptor_suffix": Text(longest=22, clearable=False),
        "transfer_group": Text(clearable=False),
    }
)
SETUP_INTENT_DATA = Record(
    {
        "on_behalf_of": NotYet(),
        "description": Text(longest=1000, clearable=False),
        "metadata": Metadata(),
    }
)
SUBSCRIPTION_DATA = Record(
    {
        "application_fee_percent": NotYet(),
        "billing_cycle_anchor": NotYet(),
        "billing_cycle_anchor_config": NotYet(),
        "default_tax_rates": NotYet(),
        "invoice_settings": NotYet(),
        "on_behalf_of": NotYet(),
        "pending_invoice_item_interval": NotYet(),
        "transfer_data": NotYet(),
        "billing_mode": FlexibleMode(),
        "description": Text(longest=500, clearable=False),
        "metadata": Metadata(),
        # Without an anchor of its own a first period is never a part of one.
        "proration_behavior": Text(choices=("create_prorations", "none"), clearable=False),
        "trial_end": Integer(clearable=False),
        "trial_period_days": Integer(least=1, most=730, clearable=False),
        "trial_settings": TRIAL_SETTINGS,
    }
)
INVOICE_CREATION = Record(
    {
        "enabled": Boolean(required=True),
        "invoice_data": Record(
            {
                "account_tax_ids": NotYet(),
                "issuer": NotYet(),
                "rendering_options": NotYet(),
                "custom_fields": ListOf(
                    Record({"name": Text(longest=40, required=True), "value": Text(required=True)}),
                    most=4,
                ),
                "description": Text(longest=1500, clearable=False),
                "footer": Text(clearable=False),
                "metadata": Metadata(),
            }
        ),
    }
)
CREATE: Fields = {
    "allow_promotion_codes": Boolean(clearable=False),
    "automatic_tax": Record({"enabled": Off(required=True), "liability": NotYet()}),
    "billing_address_collection": Text(choices=("auto", "required"), clearable=False),
    "cancel_url": WebAddress(),
    "client_reference_id": Text(longest=200),
    "currency": Currency(),
    "custom_text": Record(
        {
            "after_submit": NOTE,
            "shipping_address": NotYet(),
            "submit": NOTE,
            "terms_of_service_acceptance": NotYet(),
        }
    ),
    "customer": Text(clearable=False),
    "customer_creation": Text(choices=("always", "if_required"), clearable=False),
    "customer_email": Email(longest=800),
    "customer_update": Record(
        {part: Text(choices=("auto", "never")) for part in ("address", "name", "shipping")}
    ),
    "discounts": ListOf(Record({"coupon": Text(), "promotion_code": Text()}), most=1),
    "expires_at": Integer(),
    "integration_identifier": Text(longest=200),
    "invoice_creation": INVOICE_CREATION,
    "line_items": ListOf(LINE_ITEM, most=100),
    "locale": Text(clearable=False),
    "metadata": Metadata(),
    "mode": Text(choices=("payment", "setup", "subscription"), required=True),
    "payment_intent_data": PAYMENT_INTENT_DATA,
    "payment_method_collection": Text(choices=("always", "if_required"), clearable=False),
    "payment_method_types": ListOf(
        Text(choices=("card", "us_bank_account"), clearable=False), most=2
    ),
    "phone_number_collection": Record({"enabled": Off(required=True)}),
    "setup_intent_data": SETUP_INTENT_DATA,
    "submit_type": Text(choices=("auto", "book", "donate", "pay", "subscribe"), clearable=False),
    "subscription_data": SUBSCRIPTION_DATA,
    "success_url": WebAddress(required=True),
    "tax_id_collection": Record({"enabled": Off(required=True), "required": NotYet()}),
    "ui_mode": Text(choices=("hosted_page", "embedded_page", "elements"), clearable=False),
}
NOT_YET = (
    "adaptive_pricing",
    "after_expiration",
    "branding_settings",
    "consent_collection",
    "custom_fields",
    "customer_account",
    "excluded_payment_method_types",
    "managed_payments",
    "name_collection",
    "optional_items",
    "origin_context",
    "payment_method_configuration",
    "payment_method_data",
    "payment_method_options",
    "permissions",
    "redirect_on_completion",
    "return_url",
    "saved_payment_method_options",
    "shipping_address_collection",
    "shipping_options",
    "wallet_options",
)
