"""What customers may do to their subscriptions by themselves, and what they may choose.

Refusals are worded for the customer, who reads them on the portal's page.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.billing.phases import schedule_of
from stripe_sandbox.errors import StripeError, invalid_request
from stripe_sandbox.resources.subscription_objects import is_live, items_of


@dataclass(frozen=True)
class Wish:
    """What a customer wants to have instead: the id of a price, and how many."""

    price: str
    quantity: int


@dataclass(frozen=True)
class Plan:
    """Something a subscription can be changed to; ``quantity`` is the configuration's rule."""

    price: Object
    product: Object
    quantity: Object
    is_current: bool


def check_cancellable(account: Account, subscription: Object) -> None:
    """Refuse to end a subscription that ends anyhow, or that its shop manages.

    Raises:
        StripeError: 400.
    """
    if not is_live(subscription):
        raise invalid_request("This subscription has already ended.")
    if subscription["cancel_at"] is not None:
        raise invalid_request("This subscription is already set to be canceled.")
    if schedule_of(account, subscription):
        raise invalid_request(
            "This subscription is managed by a schedule, so it cannot be canceled here."
        )


def check_changeable(account: Account, subscription: Object) -> None:
    """Refuse to change the plan of a subscription where Stripe's portal does not.

    Raises:
        StripeError: 400.
    """
    reason = None
    if subscription["status"] not in ("active", "trialing"):
        reason = f"it is {subscription['status'].replace('_', ' ')}"
    elif subscription["cancel_at"] is not None:
        reason = "it is set to be canceled"
    elif schedule_of(account, subscription):
        reason = "it is managed by a schedule"
    elif subscription["collection_method"] != "charge_automatically":
        reason = "it is paid by invoices that are sent"
    elif len(items_of(subscription)) > 1:
        reason = "it has more than one item"
    if reason:
        raise invalid_request(f"This subscription cannot be updated because {reason}.")


def is_allowed(
    check: Callable[[Account, Object], None], account: Account, subscription: Object
) -> bool:
    """Tell whether one of the checks above passes."""
    try:
        check(account, subscription)
    except StripeError:
        return False
    return True


def plans_of(account: Account, products: Sequence[Object], subscription: Object) -> list[Plan]:
    """Return the plans that a configuration's products offer for a subscription.

    Args:
        products: as ``features.subscription_update.products`` shows them.
    """
    current = items_of(subscription)[0]["price"]["id"]
    plans = []
    for entry in products:
        product = account.of_kind("product").get(entry["product"])
        for price_id in entry["prices"]:
            price = account.of_kind("price")[price_id]
            sold = product and product.get("active") and price["active"]
            if product and price["currency"] == subscription["currency"] and sold:
                rule = entry["adjustable_quantity"]
                plans.append(Plan(price, product, rule, price_id == current))
    return plans


def wished_items(
    account: Account,
    rules: Object,
    products: Sequence[Object],
    subscription: Object,
    wish: Wish,
) -> list[Object]:
    """Return a subscription's items as the customer wants them.

    Args:
        rules: the configuration's ``subscription_update`` feature.

    Raises:
        StripeError: 400 for what the configuration does not offer, or what is so already.
    """
    [item] = items_of(subscription)
    if (wish.price, wish.quantity) == (item["price"]["id"], item["quantity"]):
        raise invalid_request("There are no changes to confirm: this is the plan you have.")
    plans = {plan.price["id"]: plan for plan in plans_of(account, products, subscription)}
    plan, allowed = plans.get(wish.price), rules["default_allowed_updates"]
    if plan is None:
        raise invalid_request(
            "This price is not part of the portal configuration's products, or cannot be sold "
            "any more."
        )
    if not plan.is_current and "price" not in allowed:
        raise invalid_request("The portal configuration does not let the price be changed.")
    if wish.quantity != item["quantity"]:
        _check_quantity(plan.quantity, wish.quantity)
    return [item | {"price": dict(plan.price), "quantity": wish.quantity}]


def _check_quantity(rule: Object, quantity: int) -> None:
    if not rule["enabled"]:
        raise invalid_request("The portal configuration does not let the quantity be changed.")
    most = rule["maximum"]
    if quantity < rule["minimum"] or (most is not None and quantity > most):
        upper = "" if most is None else f" and at most {most}"
        raise invalid_request(f"The quantity must be at least {rule['minimum']}{upper}.")
