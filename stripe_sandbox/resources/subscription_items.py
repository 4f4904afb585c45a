"""``/v1/subscription_items``: the items of a subscription, one by one."""

from stripe_sandbox.accounts import Object
from stripe_sandbox.errors import invalid_request, no_such
from stripe_sandbox.operations import Call, operation
from stripe_sandbox.pagination import PAGE, page
from stripe_sandbox.parameters import Boolean, Fields, Integer, Metadata, Off, Text
from stripe_sandbox.resources.item_choices import (
    PRICE_CHOICE,
    SELDOM,
    added_item,
    changed_item,
    check_together,
)
from stripe_sandbox.resources.subscription_changes import change_items, check_proration_date
from stripe_sandbox.resources.subscription_objects import is_live, items_of
from stripe_sandbox.resources.subscription_parameters import PAYMENT_BEHAVIOR, PRORATION_BEHAVIOR

NOT_YET = tuple(SELDOM)
BEHAVIORS: Fields = {
    "payment_behavior": PAYMENT_BEHAVIOR,
    "proration_behavior": PRORATION_BEHAVIOR,
    "proration_date": Integer(clearable=False),
}
ATTRIBUTES: Fields = {**BEHAVIORS, **PRICE_CHOICE, "metadata": Metadata()}


@operation(
    "POST",
    "/v1/subscription_items",
    {**ATTRIBUTES, "subscription": Text(required=True)},
    not_yet=NOT_YET,
)
def create_item(call: Call) -> Object:
    """Add an item to a subscription."""
    subscription = call.account.get("subscription", call.sent["subscription"], "subscription")
    _check_live(subscription)
    item = added_item(call, subscription, call.sent, "")
    _change(call, subscription, [*items_of(subscription), item])
    return _item_of(subscription, item["id"]) or item


@operation("GET", "/v1/subscription_items", {**PAGE, "subscription": Text(required=True)})
def list_items(call: Call) -> Object:
    """Return the items of a subscription, newest first."""
    subscription = call.account.get("subscription", call.sent["subscription"], "subscription")
    return page(call, "subscription_item", items_of(subscription)[::-1])


@operation("GET", "/v1/subscription_items/{item}")
def get_item(call: Call) -> Object:
    """Return an item."""
    return _found(call)[1]


@operation(
    "POST",
    "/v1/subscription_items/{item}",
    {**ATTRIBUTES, "off_session": Boolean(clearable=False)},
    not_yet=NOT_YET,
)
def update_item(call: Call) -> Object:
    """Change an item."""
    subscription, item = _found(call)
    _check_live(subscription)
    becoming = changed_item(call, item, call.sent, "")
    items = items_of(subscription)
    _change(call, subscription, [becoming if each is item else each for each in items])
    return _item_of(subscription, item["id"]) or item


@operation(
    "DELETE", "/v1/subscription_items/{item}", {**BEHAVIORS, "clear_usage": Off(clearable=False)}
)
def delete_item(call: Call) -> Object:
    """Take an item from a subscription, which must have another one."""
    subscription, item = _found(call)
    _check_live(subscription)
    others = [each for each in items_of(subscription) if each is not item]
    if not others:
        raise invalid_request(
            "A subscription must have at least one item; cancel it if it shall end."
        )
    _change(call, subscription, others)
    return {"id": item["id"], "object": "subscription_item", "deleted": True}


def _change(call: Call, subscription: Object, items: list[Object]) -> None:
    check_proration_date(subscription, call.sent.get("proration_date"))
    customer = call.account.get("customer", subscription["customer"])
    check_together([item["price"] for item in items], customer, "price")
    change_items(call, subscription, items)


def _found(call: Call) -> tuple[Object, Object]:
    for subscription in call.account.of_kind("subscription").values():
        item = _item_of(subscription, call.ids["item"])
        if item:
            return subscription, item
    raise no_such("subscription_item", call.ids["item"])


def _item_of(subscription: Object, item_id: str) -> Object | None:
    return next((item for item in items_of(subscription) if item["id"] == item_id), None)


def _check_live(subscription: Object) -> None:
    if not is_live(subscription):
        raise invalid_request(f"The subscription {subscription['id']} has ended.")
