"""The shape of a discount, and ``/v1/customers/{customer}/discount``."""

from stripe_sandbox.accounts import Object
from stripe_sandbox.errors import StripeError
from stripe_sandbox.expansion import expandable
from stripe_sandbox.identifiers import new_id
from stripe_sandbox.operations import Call, operation

expandable("discount", "customer", "promotion_code", "source.coupon")


def discount_object(
    coupon: Object, promotion_code: Object | None, start: int, end: int | None
) -> Object:
    """Return a discount that is used for nothing yet."""
    used_for = (
        "checkout_session",
        "customer",
        "customer_account",
        "invoice",
        "invoice_item",
        "subscription",
        "subscription_item",
    )
    return dict.fromkeys(used_for) | {
        "id": new_id("discount"),
        "object": "discount",
        "end": end,
        "promotion_code": promotion_code and promotion_code["id"],
        "source": {"coupon": coupon["id"], "type": "coupon"},
        "start": start,
    }


@operation("GET", "/v1/customers/{customer}/discount")
def get_customer_discount(call: Call) -> Object:
    """Refuse: nothing in this API version gives a customer a discount."""
    raise _none(call)


@operation("DELETE", "/v1/customers/{customer}/discount")
def delete_customer_discount(call: Call) -> Object:
    """Refuse: there is none to delete."""
    raise _none(call)


def _none(call: Call) -> StripeError:
    customer = call.account.get("customer", call.ids["customer"])
    return StripeError(
        404, f"No active discount for customer: {customer['id']}", code="resource_missing"
    )
