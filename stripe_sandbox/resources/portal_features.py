"""What a portal configuration lets customers do: its features, as parameters and as shown."""

from typing import Any

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.errors import invalid_request, missing, not_in_sandbox
from stripe_sandbox.parameters import (
    Boolean,
    Fields,
    Integer,
    ListOf,
    NotYet,
    Record,
    Text,
)
from stripe_sandbox.resources.subscription_parameters import FEEDBACK, PRORATION_BEHAVIOR

CUSTOMER_PARTS = ("address", "email", "name", "phone", "shipping", "tax_id")
# Of these the sandbox's pages have no form.
UNSUPPORTED_PARTS = ("shipping", "tax_id")
UPDATES = ("price", "promotion_code", "quantity")
MOST_PRODUCTS = 10
NEW_FEATURES: Object = {
    "customer_update": {"allowed_updates": [], "enabled": False},
    "invoice_history": {"enabled": False},
    "payment_method_update": {"enabled": False, "payment_method_configuration": None},
    "subscription_cancel": {
        "cancellation_reason": {
            "enabled": False,
            "feedback_options": None,
            "options": [
                "too_expensive",
                "missing_features",
                "switched_service",
                "unused",
                "other",
            ],
        },
        "enabled": False,
        "mode": "at_period_end",
        "proration_behavior": "none",
    },
    "subscription_update": {
        "billing_cycle_anchor": None,
        "default_allowed_updates": [],
        "enabled": False,
        "proration_behavior": "none",
        "schedule_at_period_end": {"conditions": []},
        "trial_update_behavior": "end_trial",
    },
}


def _switched(fields: Fields, *, always: bool = True) -> Record:
    """Return a feature with its switch.

    Args:
        always: whether the switch must be sent with the feature.
    """
    return Record({**fields, "enabled": Boolean(required=always, clearable=False)})


def _words(*choices: str) -> ListOf:
    return ListOf(Text(choices=choices, clearable=False))


def _feature_fields(*, creating: bool) -> Fields:
    reasons = {
        "feedback_options": NotYet(),
        "options": ListOf(Text(choices=FEEDBACK, clearable=False), required=creating),
    }
    product = {
        "adjustable_quantity": _switched(
            {name: Integer(least=1, clearable=False) for name in ("maximum", "minimum")}
        ),
        "prices": ListOf(Text(clearable=False), required=True),
        "product": Text(required=True),
    }
    condition = {
        "type": Text(choices=("decreasing_item_amount", "shortening_interval"), required=True)
    }
    return {
        "customer_update": _switched({"allowed_updates": _words(*CUSTOMER_PARTS)}, always=creating),
        "invoice_history": _switched({}),
        "payment_method_update": _switched({"payment_method_configuration": NotYet()}),
        "subscription_cancel": _switched(
            {
                "cancellation_reason": _switched(reasons),
                "mode": Text(choices=("at_period_end", "immediately"), clearable=False),
                "proration_behavior": PRORATION_BEHAVIOR,
            },
            always=creating,
        ),
        "subscription_update": _switched(
            {
                "billing_cycle_anchor": Text(choices=("now", "unchanged"), clearable=False),
                "default_allowed_updates": _words(*UPDATES),
                "products": ListOf(Record(product), most=MOST_PRODUCTS),
                "proration_behavior": PRORATION_BEHAVIOR,
                "schedule_at_period_end": Record({"conditions": ListOf(Record(condition))}),
                "trial_update_behavior": Text(
                    choices=("continue_trial", "end_trial"), clearable=False
                ),
            },
            always=creating,
        ),
    }


CREATED_FEATURES = Record(_feature_fields(creating=True), required=True)
CHANGED_FEATURES = Record(_feature_fields(creating=False))


def with_features(features: Object, sent: Object) -> Object:
    """Return features as they become by what was sent; ``products`` are kept elsewhere.

    Raises:
        StripeError: 400 for what the sandbox's portal cannot do, or Stripe's never does.
    """
    becoming = {name: dict(feature) for name, feature in features.items()}
    for name, wishes in sent.items():
        changes = {part: value for part, value in (wishes or {}).items() if part != "products"}
        for part, value in changes.items():
            becoming[name][part] = _shape(becoming[name].get(part), value)
    _check_supported(becoming)
    _check_cancelling(becoming["subscription_cancel"])
    return becoming


def _shape(kept: Any, sent: Any) -> Any:
    """Return a sent value as it is shown: lists are emptied by an empty text, hashes merged."""
    if isinstance(kept, list):
        return sent or []
    if isinstance(kept, dict):
        return kept | {name: _shape(kept[name], value) for name, value in (sent or {}).items()}
    return sent


def _check_supported(features: Object) -> None:
    for part in features["customer_update"]["allowed_updates"]:
        if part in UNSUPPORTED_PARTS:
            raise not_in_sandbox(f"features[customer_update][allowed_updates]: {part}")
    updates = features["subscription_update"]
    if "promotion_code" in updates["default_allowed_updates"]:
        raise not_in_sandbox("features[subscription_update][default_allowed_updates]")
    if updates["schedule_at_period_end"]["conditions"]:
        raise not_in_sandbox("features[subscription_update][schedule_at_period_end]")


def _check_cancelling(feature: Object) -> None:
    behavior = feature["proration_behavior"]
    if behavior == "always_invoice" or (
        behavior == "create_prorations" and feature["mode"] != "immediately"
    ):
        raise invalid_request(
            "When customers cancel, proration_behavior can be none, or with mode=immediately "
            "create_prorations.",
            "features[subscription_cancel][proration_behavior]",
        )


def chosen_products(
    account: Account, sent: list[Object] | None, kept: list[Object]
) -> list[Object]:
    """Return the products that subscriptions can be changed to.

    Args:
        sent: as in the parameters; none when they were not sent.

    Raises:
        StripeError: 400.
    """
    if sent is None:
        return kept
    param = "features[subscription_update][products]"
    return [_product(account, each, f"{param}[{at}]") for at, each in enumerate(sent)]


def _product(account: Account, sent: Object, param: str) -> Object:
    product = account.get("product", sent["product"], f"{param}[product]")
    for at, price_id in enumerate(sent["prices"]):
        name = f"{param}[prices][{at}]"
        price = account.get("price", price_id, name)
        if price["product"] != product["id"]:
            raise invalid_request(
                f"The price {price_id} belongs to another product than {product['id']}.", name
            )
        if price["type"] != "recurring" or not price["active"]:
            raise invalid_request(
                f"The price {price_id} is not recurring, or not active any more, so no "
                "subscription can be changed to it.",
                name,
            )
    if not sent["prices"]:
        raise missing(f"{param}[prices]")
    return {
        "adjustable_quantity": sent.get("adjustable_quantity"),
        "prices": list(sent["prices"]),
        "product": product["id"],
    }


def shown_products(features: Object, products: list[Object]) -> list[Object]:
    """Return products as they are shown: with the rule for quantities where none was sent."""
    by_default = "quantity" in features["subscription_update"]["default_allowed_updates"]
    rule = {"enabled": by_default, "maximum": None, "minimum": 1}
    return [
        each | {"adjustable_quantity": rule | (each["adjustable_quantity"] or {})}
        for each in products
    ]


def check_updatable(features: Object, products: list[Object]) -> None:
    """Refuse to let plans be changed without a word about which, and to what.

    Raises:
        StripeError: 400.
    """
    updates = features["subscription_update"]
    if not updates["enabled"]:
        return
    if not updates["default_allowed_updates"]:
        raise missing("features[subscription_update][default_allowed_updates]")
    if not products:
        raise missing("features[subscription_update][products]")
