"""The portal's step with the customer's own details: e-mail, name, phone, address."""

from starlette.responses import Response
from starlette.routing import Route

from stripe_sandbox.accounts import Object
from stripe_sandbox.errors import StripeError
from stripe_sandbox.pages.portal_visits import Visit, go_on, step
from stripe_sandbox.parameters import Email, Text
from stripe_sandbox.resources.customers import ADDRESS_PARTS, change_customer

FEATURE = "customer_update"
KINDS = {"email": Email(longest=512), "name": Text(longest=256), "phone": Text(longest=20)}
LABELS = {"email": "E-mail", "name": "Name", "phone": "Phone"}
ADDRESS_LABELS = {
    "line1": "Street",
    "line2": "Apartment, building",
    "city": "City",
    "state": "State or region",
    "postal_code": "Postal code",
    "country": "Country, by two letters",
}
# What browsers call the fields when they fill them in.
AUTOCOMPLETE = {
    "city": "address-level2",
    "line1": "address-line1",
    "line2": "address-line2",
    "phone": "tel",
    "postal_code": "postal-code",
    "state": "address-level1",
}


def details_routes() -> list[Route]:
    """Return the routes of this step."""
    way = "/p/session/{session}/details"
    return [
        Route(way, step(ask_details, FEATURE), methods=["GET"]),
        Route(way, step(save_details, FEATURE), methods=["POST"]),
    ]


def ask_details(visit: Visit) -> Response:
    """Show the details that can be changed."""
    return _form(visit, _known(visit.customer))


def _known(customer: Object) -> dict[str, str]:
    address = customer["address"] or {}
    known = {name: customer[name] for name in KINDS}
    known |= {part: address.get(part) for part in ADDRESS_PARTS}
    return {name: value or "" for name, value in known.items()}


def _form(
    visit: Visit,
    values: dict[str, str],
    status: int = 200,
    errors: dict[str, str] | None = None,
) -> Response:
    allowed = visit.features[FEATURE]["allowed_updates"]
    fields = [(name, label) for name, label in LABELS.items() if name in allowed]
    address = list(ADDRESS_LABELS.items()) if "address" in allowed else []
    return visit.page(
        "portal_details.html",
        status,
        action=visit.address("details"),
        fields=fields + address,
        autocomplete=AUTOCOMPLETE,
        values=values,
        errors=errors or {},
    )


def save_details(visit: Visit) -> Response:
    """Save the details that the configuration lets customers change; all of them, or none."""
    allowed, typed = visit.features[FEATURE]["allowed_updates"], visit.sent
    changes: Object = {}
    errors: dict[str, str] = {}
    for name, kind in KINDS.items():
        if name in allowed and name in typed:
            try:
                changes[name] = kind.parse(typed[name], name)
            except StripeError as refusal:
                errors[name] = refusal.message
    if "address" in allowed and any(part in typed for part in ADDRESS_PARTS):
        changes["address"] = {part: typed.get(part) or None for part in ADDRESS_PARTS}
    if errors:
        return _form(visit, _known(visit.customer) | typed, 400, errors)
    change_customer(visit.activity, visit.customer, changes)
    return go_on(visit, "saved")
