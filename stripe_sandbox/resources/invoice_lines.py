"""``/v1/invoices/{invoice}/lines``: what an invoice bills."""

from stripe_sandbox.accounts import Object
from stripe_sandbox.billing.invoicing import lines_of
from stripe_sandbox.expansion import expandable
from stripe_sandbox.operations import Call, operation
from stripe_sandbox.pagination import PAGE, page

expandable(
    "line_item",
    "discount_amounts.discount",
    "discounts",
    "pricing.price_details.price",
    "subscription",
)


@operation("GET", "/v1/invoices/{invoice}/lines", PAGE)
def list_lines(call: Call) -> Object:
    """Return the lines of an invoice, in their order."""
    invoice = call.account.get("invoice", call.ids["invoice"])
    return page(call, "line_item", lines_of(call.account, invoice))
