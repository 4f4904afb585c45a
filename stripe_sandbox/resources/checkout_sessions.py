"""``/v1/checkout/sessions``: a page on which a customer pays once."""

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.errors import invalid_request, missing
from stripe_sandbox.expansion import expandable
from stripe_sandbox.identifiers import new_id
from stripe_sandbox.metadata import merged_metadata
from stripe_sandbox.operations import Call, operation
from stripe_sandbox.pagination import DATED_PAGE, PAGE, first_page, list_kind, page
from stripe_sandbox.parameters import (
    Boolean,
    Currency,
    Email,
    Fields,
    Integer,
    ListOf,
    Metadata,
    NotYet,
    Off,
    Record,
    Text,
    WebAddress,
)
from stripe_sandbox.payments.checkout import EXPIRY_JOB, expire_session
from stripe_sandbox.resources.checkout_objects import new_session
from stripe_sandbox.resources.line_items import LINE_ITEM, new_line_items

SHORTEST_LIFE, LONGEST_LIFE = 30 * 60, 24 * 3600
SMALLEST_TOTAL, LARGEST_TOTAL = 50, 99_999_999

NOTE = Record({"message": Text(longest=1200, required=True)})
PAYMENT_INTENT_DATA = Record(
    {
        "application_fee_amount": NotYet(),
        "on_behalf_of": NotYet(),
        "shipping": NotYet(),
        "transfer_data": NotYet(),
        "capture_method": Text(choices=("automatic", "automatic_async"), clearable=False),
        "description": Text(longest=1000, clearable=False),
        "metadata": Metadata(),
        "receipt_email": Email(clearable=False),
        "setup_future_usage": Text(choices=("off_session", "on_session"), clearable=False),
        "statement_descriptor": Text(longest=22, clearable=False),
        "statement_descriptor_suffix": Text(longest=22, clearable=False),
        "transfer_group": Text(clearable=False),
    }
)
INVOICE_CREATION = Record(
    {
        "enabled": Boolean(required=True),
        "invoice_data": Record(
            {
                "account_tax_ids": NotYet(),
                "issuer": NotYet(),
                "rendering_options": NotYet(),
                "custom_fields": ListOf(
                    Record({"name": Text(longest=40, required=True), "value": Text(required=True)}),
                    most=4,
                ),
                "description": Text(longest=1500, clearable=False),
                "footer": Text(clearable=False),
                "metadata": Metadata(),
            }
        ),
    }
)
CREATE: Fields = {
    "automatic_tax": Record({"enabled": Off(required=True), "liability": NotYet()}),
    "billing_address_collection": Text(choices=("auto", "required"), clearable=False),
    "cancel_url": WebAddress(),
    "client_reference_id": Text(longest=200),
    "currency": Currency(),
    "custom_text": Record(
        {
            "after_submit": NOTE,
            "shipping_address": NotYet(),
            "submit": NOTE,
            "terms_of_service_acceptance": NotYet(),
        }
    ),
    "customer": Text(clearable=False),
    "customer_creation": Text(choices=("always", "if_required"), clearable=False),
    "customer_email": Email(longest=800),
    "customer_update": Record(
        {part: Text(choices=("auto", "never")) for part in ("address", "name", "shipping")}
    ),
    "expires_at": Integer(),
    "integration_identifier": Text(longest=200),
    "invoice_creation": INVOICE_CREATION,
    "line_items": ListOf(LINE_ITEM, most=100),
    "locale": Text(clearable=False),
    "metadata": Metadata(),
    "mode": Text(choices=("payment", "setup", "subscription"), required=True),
    "payment_intent_data": PAYMENT_INTENT_DATA,
    "payment_method_types": ListOf(Text(choices=("card",)), most=1),
    "phone_number_collection": Record({"enabled": Off(required=True)}),
    "submit_type": Text(choices=("auto", "book", "donate", "pay"), clearable=False),
    "success_url": WebAddress(required=True),
    "tax_id_collection": Record({"enabled": Off(required=True), "required": NotYet()}),
    "ui_mode": Text(choices=("hosted_page", "embedded_page", "elements"), clearable=False),
}
NOT_YET = (
    "adaptive_pricing",
    "after_expiration",
    "allow_promotion_codes",
    "branding_settings",
    "consent_collection",
    "custom_fields",
    "customer_account",
    "discounts",
    "excluded_payment_method_types",
    "managed_payments",
    "name_collection",
    "optional_items",
    "origin_context",
    "payment_method_collection",
    "payment_method_configuration",
    "payment_method_data",
    "payment_method_options",
    "permissions",
    "redirect_on_completion",
    "return_url",
    "saved_payment_method_options",
    "setup_intent_data",
    "shipping_address_collection",
    "shipping_options",
    "subscription_data",
    "wallet_options",
)


def _line_items(account: Account, session: Object) -> Object:
    items = account.details_of(session["id"])["line_items"]
    url = f"/v1/checkout/sessions/{session['id']}/line_items"
    return first_page(items, url)


expandable(
    "checkout.session",
    "customer",
    "invoice",
    "payment_intent",
    "payment_link",
    "setup_intent",
    "subscription",
    includables={
        "line_items": _line_items,
        "total_details.breakdown": lambda account, session: {"discounts": [], "taxes": []},
    },
)


@operation("POST", "/v1/checkout/sessions", CREATE, not_yet=NOT_YET)
def create_session(call: Call) -> Object:
    """Open a session; there is no event until it is paid or expires."""
    sent = call.sent
    _check_modes(sent)
    if not sent.get("line_items"):
        raise missing("line_items")
    customer = _paying_customer(call)
    expires_at = _expiry(call)
    lines = new_line_items(call, sent["line_items"])
    _check_total(sum(line["amount_total"] for line in lines), lines[0]["currency"], sent)
    session = new_session(
        sent, lines, customer, session_id=new_id("checkout.session"), now=call.now()
    )
    session |= {
        "expires_at": expires_at,
        "url": f"{call.account.base_url}/c/pay/{session['id']}",
    }
    call.account.add(session)
    call.account.details_of(session["id"]).update(
        line_items=lines, wishes=sent.get("payment_intent_data") or {}
    )
    call.plan(expires_at, EXPIRY_JOB, session)
    return session


def _check_modes(sent: Object) -> None:
    if sent["mode"] != "payment":
        raise invalid_request(
            f"The Stripe sandbox does not support mode={sent['mode']} yet.", "mode"
        )
    if sent.get("ui_mode", "hosted_page") != "hosted_page":
        raise invalid_request(
            f"The Stripe sandbox does not support ui_mode={sent['ui_mode']} yet.", "ui_mode"
        )


def _paying_customer(call: Call) -> Object | None:
    sent = call.sent
    if not sent.get("customer"):
        if sent.get("customer_update"):
            raise invalid_request(
                "customer_update can only be used together with customer.", "customer_update"
            )
        return None
    for rival in ("customer_email", "customer_creation"):
        if sent.get(rival):
            raise invalid_request(
                f"You may only specify one of these parameters: customer, {rival}.", rival
            )
    return call.account.get("customer", sent["customer"], "customer")


def _expiry(call: Call) -> int:
    now = call.now()
    wanted = call.sent.get("expires_at")
    if wanted is None:
        return now + LONGEST_LIFE
    # A second of grace: the caller's clock was read before the request was sent.
    if not now + SHORTEST_LIFE - 1 <= wanted <= now + LONGEST_LIFE + 1:
        raise invalid_request(
            "expires_at must lie between 30 minutes and 24 hours after the session's creation.",
            "expires_at",
        )
    return int(wanted)


def _check_total(total: int, currency: str, sent: Object) -> None:
    if sent.get("currency") not in (None, currency):
        raise invalid_request("The prices are not available in this currency.", "currency")
    if 0 < total < SMALLEST_TOTAL:
        raise invalid_request(
            f"The Checkout Session's total amount must be at least {SMALLEST_TOTAL} cents.",
            "line_items",
            "amount_too_small",
        )
    if total > LARGEST_TOTAL:
        raise invalid_request(
            f"The Checkout Session's total amount must be at most {LARGEST_TOTAL} cents.",
            "line_items",
            "amount_too_large",
        )


@operation("GET", "/v1/checkout/sessions/{session}")
def get_session(call: Call) -> Object:
    """Return a session."""
    return call.account.get("checkout.session", call.ids["session"])


@operation(
    "POST",
    "/v1/checkout/sessions/{session}",
    {"metadata": Metadata()},
    not_yet=("collected_information", "line_items", "shipping_options"),
)
def update_session(call: Call) -> Object:
    """Change a session's metadata."""
    session = call.account.get("checkout.session", call.ids["session"])
    if "metadata" in call.sent:
        session["metadata"] = merged_metadata(session["metadata"], call.sent["metadata"])
    return session


@operation("POST", "/v1/checkout/sessions/{session}/expire")
def expire(call: Call) -> Object:
    """End an open session unpaid."""
    session = call.account.get("checkout.session", call.ids["session"])
    expire_session(call, session)
    return session


@operation("GET", "/v1/checkout/sessions/{session}/line_items", PAGE)
def list_line_items(call: Call) -> Object:
    """Return a session's lines, in their order."""
    session = call.account.get("checkout.session", call.ids["session"])
    return page(call, "item", call.account.details_of(session["id"])["line_items"])


@operation(
    "GET",
    "/v1/checkout/sessions",
    {
        **DATED_PAGE,
        "customer": Text(),
        "customer_details": Record({"email": Text(required=True)}),
        "payment_intent": Text(),
        "status": Text(choices=("complete", "expired", "open")),
    },
    not_yet=("customer_account", "payment_link", "subscription"),
)
def list_sessions(call: Call) -> Object:
    """Return sessions, newest first."""
    email = (call.sent.get("customer_details") or {}).get("email")
    chosen = [
        session
        for session in call.account.of_kind("checkout.session").values()
        if email is None or (session["customer_details"] or {}).get("email") == email
    ]
    return list_kind(call, "checkout.session", "customer", "payment_intent", "status", among=chosen)
