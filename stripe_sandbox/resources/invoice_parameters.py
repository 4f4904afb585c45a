"""What the operations on invoices take."""

from stripe_sandbox.parameters import (
    Boolean,
    Fields,
    Integer,
    ListOf,
    Metadata,
    NotYet,
    Record,
    Text,
)
from stripe_sandbox.resources.subscription_parameters import DISCOUNTS

COLLECTION_METHODS = ("charge_automatically", "send_invoice")
LARGEST_QUANTITY = 999_999_999

# What a draft may be given; INVOICE_NOTES may be changed later too.
INVOICE_NOTES: Fields = {
    "auto_advance": Boolean(clearable=False),
    "default_payment_method": Text(),
    "metadata": Metadata(),
}
INVOICE_TERMS: Fields = {
    **INVOICE_NOTES,
    "collection_method": Text(choices=COLLECTION_METHODS, clearable=False),
    "days_until_due": Integer(least=0, most=1825, clearable=False),
    "description": Text(longest=1500),
    "discounts": DISCOUNTS,
    "due_date": Integer(clearable=False),
    "footer": Text(),
    "payment_settings": Record(
        {
            "default_mandate": NotYet(),
            "payment_method_options": NotYet(),
            "payment_method_types": ListOf(Text(choices=("card",), clearable=False)),
        }
    ),
    "statement_descriptor": Text(longest=22),
}
INVOICE_NOT_YET = (
    "account_tax_ids",
    "application_fee_amount",
    "automatic_tax",
    "automatically_finalizes_at",
    "custom_fields",
    "default_source",
    "default_tax_rates",
    "effective_at",
    "issuer",
    "number",
    "on_behalf_of",
    "rendering",
    "shipping_cost",
    "shipping_details",
    "transfer_data",
)
PERIOD = Record({"end": Integer(required=True), "start": Integer(required=True)})
# What an invoice item, or a line made of one, may be given.
ITEM_TERMS: Fields = {
    "amount": Integer(clearable=False),
    "description": Text(),
    "discountable": Boolean(clearable=False),
    "discounts": DISCOUNTS,
    "metadata": Metadata(),
    "period": PERIOD,
    "quantity": Integer(least=0, most=LARGEST_QUANTITY, clearable=False),
}
PRICING = Record({"price": Text(clearable=False)})
