"""``/v1/billing_portal/configurations``: what customers may do on the portal's pages."""

import copy

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.errors import invalid_request
from stripe_sandbox.expansion import expandable
from stripe_sandbox.identifiers import new_id
from stripe_sandbox.metadata import merged_metadata
from stripe_sandbox.operations import Call, operation
from stripe_sandbox.pagination import PAGE, list_kind
from stripe_sandbox.parameters import Boolean, Fields, Metadata, Off, Record, Text, WebAddress
from stripe_sandbox.resources.portal_features import (
    CHANGED_FEATURES,
    CREATED_FEATURES,
    NEW_FEATURES,
    check_updatable,
    chosen_products,
    shown_products,
    with_features,
)

CONFIGURATION = "billing_portal.configuration"
PROFILE_PARTS = ("headline", "privacy_policy_url", "terms_of_service_url")
ATTRIBUTES: Fields = {
    "business_profile": Record(
        {
            "headline": Text(longest=60),
            "privacy_policy_url": WebAddress(),
            "terms_of_service_url": WebAddress(),
        }
    ),
    "default_return_url": WebAddress(),
    "login_page": Record({"enabled": Off(required=True)}),
    "metadata": Metadata(),
    "name": Text(longest=256),
}


def products_of(account: Account, configuration: Object) -> list[Object]:
    """Return the products, with their prices, that subscriptions can be changed to."""
    products = account.details_of(configuration["id"])["products"]
    return shown_products(configuration["features"], products)


expandable(
    CONFIGURATION,
    "application",
    # Stripe hides them unless they are asked for.
    includables={"features.subscription_update.products": products_of},
)


@operation(
    "POST",
    "/v1/billing_portal/configurations",
    {**ATTRIBUTES, "features": CREATED_FEATURES},
)
def create_configuration(call: Call) -> Object:
    """Make a configuration; only the Dashboard, here the control API, makes one the default."""
    now = call.now()
    configuration: Object = {
        "id": new_id(CONFIGURATION),
        "object": CONFIGURATION,
        "active": True,
        "application": None,
        "business_profile": dict.fromkeys(PROFILE_PARTS),
        "created": now,
        "default_return_url": None,
        "features": copy.deepcopy(NEW_FEATURES),
        "is_default": False,
        "livemode": False,
        "login_page": {"enabled": False, "url": None},
        "metadata": {},
        "name": None,
        "updated": now,
    }
    products = _apply(call, configuration, [])
    call.account.add(configuration)
    call.account.details_of(configuration["id"])["products"] = products
    call.emit("billing_portal.configuration.created", configuration)
    return configuration


def _apply(call: Call, configuration: Object, products: list[Object]) -> list[Object]:
    """Write the sent attributes; return the products as they shall become."""
    sent = call.sent
    features = with_features(configuration["features"], sent.get("features") or {})
    updates = (sent.get("features") or {}).get("subscription_update") or {}
    wanted = (updates["products"] or []) if "products" in updates else None
    products = chosen_products(call.account, wanted, products)
    check_updatable(features, products)
    configuration["features"] = features
    if "business_profile" in sent:
        profile = sent["business_profile"] or {}
        configuration["business_profile"] = configuration["business_profile"] | profile
    for name in ("active", "default_return_url", "name"):
        if name in sent:
            configuration[name] = sent[name]
    if "metadata" in sent:
        configuration["metadata"] = merged_metadata(configuration["metadata"], sent["metadata"])
    return products


@operation(
    "POST",
    "/v1/billing_portal/configurations/{configuration}",
    {**ATTRIBUTES, "active": Boolean(clearable=False), "features": CHANGED_FEATURES},
)
def update_configuration(call: Call) -> Object:
    """Change a configuration; its sessions follow at once."""
    configuration = call.account.get(CONFIGURATION, call.ids["configuration"])
    if configuration["is_default"] and call.sent.get("active") is False:
        raise invalid_request("The default configuration cannot be deactivated.", "active")
    becoming, details = dict(configuration), call.account.details_of(configuration["id"])
    products = _apply(call, becoming, details["products"])
    if (becoming, products) == (configuration, details["products"]):
        return configuration
    before = dict(configuration)
    configuration |= becoming | {"updated": call.now()}
    details["products"] = products
    call.emit("billing_portal.configuration.updated", configuration, before)
    return configuration


@operation("GET", "/v1/billing_portal/configurations/{configuration}")
def get_configuration(call: Call) -> Object:
    """Return a configuration."""
    return call.account.get(CONFIGURATION, call.ids["configuration"])


@operation(
    "GET",
    "/v1/billing_portal/configurations",
    {**PAGE, "active": Boolean(), "is_default": Boolean()},
)
def list_configurations(call: Call) -> Object:
    """Return configurations, newest first."""
    return list_kind(call, CONFIGURATION, "active", "is_default")
