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
    "payment_method_types": ListOf(
        Text(choices=("card", "us_bank_account"), clearable=False), most=2
    ),
    "phone_number_collection": Record({"enabled": Off(required=True)}),
    "submit_type": Text(choices=("auto", "book", "donate", "pay"), clearable=False),
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
    "payment_method_collection",
    "payment_method_configuration",
    "payment_method_data",
    "payment_method_options",
    "permissions",
    "redirect_on_completion",
    "return_url",
    "saved_payment_method_options",
    "setup_intent_data",
    "shipping_address_collection",
    "shipping_options",
    "subscription_data",
    "wallet_options",
)
