"""Flows of the portal: sessions that open one step, and what follows it."""

from stripe_sandbox.accounts import Object
from stripe_sandbox.billing.discounting import chosen_discounts
from stripe_sandbox.billing.self_service import (
    Wish,
    check_cancellable,
    check_changeable,
    wished_items,
)
from stripe_sandbox.errors import StripeError, invalid_request, missing
from stripe_sandbox.operations import Call
from stripe_sandbox.parameters import Fields, Integer, ListOf, NotYet, Record, Text, WebAddress
from stripe_sandbox.resources.portal_configurations import products_of
from stripe_sandbox.resources.subscription_objects import items_of

# flow -> the feature of the configuration that it needs
FEATURES = {
    "customer_update": "customer_update",
    "payment_method_update": "payment_method_update",
    "subscription_cancel": "subscription_cancel",
    "subscription_update": "subscription_update",
    "subscription_update_confirm": "subscription_update",
}
OF_SUBSCRIPTIONS = tuple(name for name in FEATURES if name.startswith("subscription_"))
AFTER_COMPLETION: Fields = {
    "hosted_confirmation": Record({"custom_message": Text(longest=500, clearable=False)}),
    "redirect": Record({"return_url": WebAddress(required=True)}),
    "type": Text(choices=("hosted_confirmation", "portal_homepage", "redirect"), required=True),
}
SUBSCRIPTION: Fields = {"subscription": Text(required=True)}
CONFIRMED: Fields = {
    **SUBSCRIPTION,
    "discounts": ListOf(
        Record({name: Text(clearable=False) for name in ("coupon", "promotion_code")}), most=1
    ),
    "items": ListOf(
        Record(
            {
                "id": Text(required=True),
                "price": Text(clearable=False),
                "quantity": Integer(least=0, clearable=False),
            }
        ),
        required=True,
        most=1,
    ),
}
FLOW_DATA = Record(
    {
        "after_completion": Record(AFTER_COMPLETION),
        "subscription_cancel": Record({**SUBSCRIPTION, "retention": NotYet()}),
        "subscription_update": Record(SUBSCRIPTION),
        "subscription_update_confirm": Record(CONFIRMED),
        "type": Text(choices=tuple(FEATURES), required=True),
    }
)


def new_flow(call: Call, customer: Object, configuration: Object) -> Object | None:
    """Return the flow that was asked for, if one was.

    Raises:
        StripeError: 400 when its step would have nothing to do, or is not allowed.
    """
    sent = call.sent.get("flow_data")
    if not sent:
        return None
    kind = sent["type"]
    _check_enabled(configuration, kind)
    for name in OF_SUBSCRIPTIONS:
        if name == kind and not sent.get(name):
            raise missing(f"flow_data[{name}]")
        if name != kind and sent.get(name):
            raise invalid_request(
                f"flow_data[{name}] can only be sent with flow_data[type]={name}.",
                f"flow_data[{name}]",
            )
    flow: Object = dict.fromkeys(OF_SUBSCRIPTIONS) | {
        "after_completion": _after_completion(sent.get("after_completion")),
        "customer_update": {} if kind == "customer_update" else None,
        "type": kind,
    }
    if kind in OF_SUBSCRIPTIONS:
        flow[kind] = _about_subscription(call, customer, configuration, kind)
    return flow


def _check_enabled(configuration: Object, kind: str) -> None:
    feature = FEATURES[kind]
    if not configuration["features"][feature]["enabled"]:
        words = feature.replace("_", " ")
        raise invalid_request(
            f"This flow is not possible because the {words} feature in the portal configuration "
            "is disabled.",
            "flow_data[type]",
        )


def _after_completion(sent: Object | None) -> Object:
    sent = sent or {"type": "portal_homepage"}
    shown: Object = {"hosted_confirmation": None, "redirect": None, "type": sent["type"]}
    name = sent["type"]
    for other in ("hosted_confirmation", "redirect"):
        if other != name and sent.get(other):
            raise invalid_request(
                f"This can only be sent with flow_data[after_completion][type]={other}.",
                f"flow_data[after_completion][{other}]",
            )
    if name == "redirect":
        if not sent.get("redirect"):
            raise missing("flow_data[after_completion][redirect]")
        shown["redirect"] = {"return_url": sent["redirect"]["return_url"]}
    if name == "hosted_confirmation":
        message = (sent.get("hosted_confirmation") or {}).get("custom_message")
        shown["hosted_confirmation"] = {"custom_message": message}
    return shown


def _about_subscription(call: Call, customer: Object, configuration: Object, kind: str) -> Object:
    sent, param = call.sent["flow_data"][kind], f"flow_data[{kind}]"
    name = f"{param}[subscription]"
    subscription = call.account.get("subscription", sent["subscription"], name)
    if subscription["customer"] != customer["id"]:
        raise invalid_request(
            f"The subscription {subscription['id']} does not belong to the customer "
            f"{customer['id']}.",
            name,
        )
    about: Object = {"subscription": subscription["id"]}
    try:
        if kind == "subscription_cancel":
            check_cancellable(call.account, subscription)
            return about | {"retention": None}
        check_changeable(call.account, subscription)
    except StripeError as refusal:
        refusal.param = name
        raise
    if kind == "subscription_update_confirm":
        about |= _confirmed(call, customer, configuration, subscription)
    return about


def _confirmed(call: Call, customer: Object, configuration: Object, subscription: Object) -> Object:
    sent = call.sent["flow_data"]["subscription_update_confirm"]
    param = "flow_data[subscription_update_confirm]"
    [wanted] = sent["items"] or [{}]
    [item] = items_of(subscription)
    if wanted.get("id") != item["id"]:
        raise invalid_request(
            f"The subscription {subscription['id']} has no such item.", f"{param}[items][0][id]"
        )
    wish = Wish(wanted.get("price", item["price"]["id"]), wanted.get("quantity", item["quantity"]))
    rules = configuration["features"]["subscription_update"]
    products = products_of(call.account, configuration)
    try:
        items = wished_items(call.account, rules, products, subscription, wish)
    except StripeError as refusal:
        refusal.param = f"{param}[items][0]"
        raise
    discounts = [
        {name: each.get(name) for name in ("coupon", "promotion_code")}
        for each in sent.get("discounts") or []
    ]
    chosen_discounts(
        call,
        discounts,
        f"{param}[discounts]",
        customer=customer,
        currency=subscription["currency"],
        products=[each["price"]["product"] for each in items],
    )
    return {
        "discounts": discounts or None,
        "items": [{"id": item["id"], "price": wish.price, "quantity": wish.quantity}],
    }
