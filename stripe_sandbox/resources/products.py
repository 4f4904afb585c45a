"""``/v1/products``: what is sold."""

from stripe_sandbox.accounts import Object
from stripe_sandbox.errors import invalid_request
from stripe_sandbox.expansion import expandable
from stripe_sandbox.identifiers import new_id
from stripe_sandbox.metadata import merged_metadata
from stripe_sandbox.operations import Call, operation
from stripe_sandbox.pagination import DATED_PAGE, PAGE, list_kind, page
from stripe_sandbox.parameters import (
    Boolean,
    Fields,
    ListOf,
    Metadata,
    Record,
    Text,
    WebAddress,
)

expandable("product", "default_price")

ATTRIBUTES: Fields = {
    "active": Boolean(clearable=False),
    "description": Text(longest=40000),
    "images": ListOf(Text(), most=8),
    "marketing_features": ListOf(Record({"name": Text(required=True)}), most=15),
    "metadata": Metadata(),
    "shippable": Boolean(),
    "statement_descriptor": Text(longest=22),
    "unit_label": Text(longest=12),
    "url": WebAddress(),
}
LISTS = ("images", "marketing_features")


def new_product(sent: Object, now: int, *, product_id: str | None = None) -> Object:
    """Return a product made from the sent attributes."""
    return {
        "id": product_id or new_id("product"),
        "object": "product",
        "active": sent.get("active", True),
        "created": now,
        "default_price": None,
        "description": sent.get("description"),
        "images": sent.get("images") or [],
        "livemode": False,
        "marketing_features": sent.get("marketing_features") or [],
        "metadata": merged_metadata({}, sent.get("metadata")),
        "name": sent["name"],
        "package_dimensions": None,
        "shippable": sent.get("shippable"),
        "statement_descriptor": sent.get("statement_descriptor"),
        "tax_code": sent.get("tax_code"),
        "unit_label": sent.get("unit_label"),
        "updated": now,
        "url": sent.get("url"),
    }


@operation(
    "POST",
    "/v1/products",
    {**ATTRIBUTES, "id": Text(clearable=False), "name": Text(required=True), "tax_code": Text()},
    not_yet=("default_price_data", "package_dimensions"),
)
def create_product(call: Call) -> Object:
    """Make a product."""
    chosen = call.sent.get("id")
    if chosen and chosen in call.account.of_kind("product"):
        raise invalid_request("Product already exists.", "id", "resource_already_exists")
    product = call.account.add(new_product(call.sent, call.now(), product_id=chosen))
    call.emit("product.created", product)
    return product


@operation("GET", "/v1/products/{id}")
def get_product(call: Call) -> Object:
    """Return a product."""
    return call.account.get("product", call.ids["id"])


@operation(
    "POST",
    "/v1/products/{id}",
    {
        **ATTRIBUTES,
        "default_price": Text(clearable=False),
        "name": Text(clearable=False),
        "tax_code": Text(),
    },
    not_yet=("package_dimensions",),
)
def update_product(call: Call) -> Object:
    """Change a product."""
    product = call.account.get("product", call.ids["id"])
    before = dict(product)
    if "default_price" in call.sent:
        price = call.account.get("price", call.sent["default_price"], "default_price")
        if price["product"] != product["id"]:
            raise invalid_request("The default price must be one of this product.", "default_price")
    for name, value in call.sent.items():
        if name == "metadata":
            product["metadata"] = merged_metadata(before["metadata"], value)
        elif name != "expand":
            product[name] = value or [] if name in LISTS else value
    if product != before:
        product["updated"] = call.now()
    call.emit_updated(product, before)
    return product


@operation("DELETE", "/v1/products/{id}")
def delete_product(call: Call) -> Object:
    """Delete a product that has no prices."""
    product = call.account.get("product", call.ids["id"])
    if any(price["product"] == product["id"] for price in call.account.of_kind("price").values()):
        raise invalid_request(
            "This product cannot be deleted because it has prices; archive it instead."
        )
    del call.account.of_kind("product")[product["id"]]
    call.emit("product.deleted", product)
    return {"id": product["id"], "object": "product", "deleted": True}


@operation(
    "GET",
    "/v1/products",
    {
        **DATED_PAGE,
        "active": Boolean(),
        "ids": ListOf(Text()),
        "shippable": Boolean(),
        "url": Text(),
    },
)
def list_products(call: Call) -> Object:
    """Return products, newest first."""
    wanted = call.sent.get("ids")
    chosen = [
        product
        for product in call.account.of_kind("product").values()
        if wanted is None or product["id"] in wanted
    ]
    return list_kind(call, "product", "active", "shippable", "url", among=chosen)


@operation("GET", "/v1/products/{product}/features", PAGE)
def list_features(call: Call) -> Object:
    """Return a product's entitlement features; the sandbox has none."""
    call.account.get("product", call.ids["product"])
    return page(call, "product_feature", [])
