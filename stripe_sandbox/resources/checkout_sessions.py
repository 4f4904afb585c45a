"""``/v1/checkout/sessions``: a page on which a customer pays, subscribes or saves a card."""

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.billing.discounting import Chosen, chosen_discounts
from stripe_sandbox.errors import invalid_request
from stripe_sandbox.expansion import expandable
from stripe_sandbox.identifiers import new_id
from stripe_sandbox.metadata import merged_metadata
from stripe_sandbox.operations import Call, operation
from stripe_sandbox.pagination import DATED_PAGE, PAGE, first_page, list_kind, page
from stripe_sandbox.parameters import Metadata, Record, Text
from stripe_sandbox.payments.checkout import EXPIRY_JOB, expire_session
from stripe_sandbox.payments.session_amounts import (
    check_total,
    discounted_total,
    put_discounts,
    recurring_lines,
    shown_discounts,
    whole_price,
)
from stripe_sandbox.payments.subscribing import trial_end_of
from stripe_sandbox.resources.checkout_objects import new_session
from stripe_sandbox.resources.checkout_parameters import CREATE, NOT_YET
from stripe_sandbox.resources.checkout_rules import (
    check_modes,
    check_subscribed_lines,
    check_trial,
)
from stripe_sandbox.resources.line_items import new_line_items

SHORTEST_LIFE, LONGEST_LIFE = 30 * 60, 24 * 3600


def _line_items(account: Account, session: Object) -> Object:
    items = account.details_of(session["id"])["line_items"]
    url = f"/v1/checkout/sessions/{session['id']}/line_items"
    return first_page(items, url)


def _breakdown(account: Account, session: Object) -> Object:
    taken = account.details_of(session["id"]).get("breakdown", [])
    return {"discounts": shown_discounts(account, taken), "taxes": []}


expandable(
    "checkout.session",
    "customer",
    "discounts.coupon",
    "discounts.promotion_code",
    "invoice",
    "payment_intent",
    "payment_link",
    "setup_intent",
    "subscription",
    includables={
        "line_items": _line_items,
        "total_details.breakdown": _breakdown,
    },
)


@operation("POST", "/v1/checkout/sessions", CREATE, not_yet=NOT_YET)
def create_session(call: Call) -> Object:
    """Open a session; there is no event until it is paid or expires."""
    sent = call.sent
    check_modes(sent)
    customer = _paying_customer(call)
    expires_at = _expiry(call)
    lines, inline = _lines(call, customer)
    chosen = _discounts(call, customer, lines) if lines else []
    for thing in inline:
        call.account.add(thing)
    session = new_session(
        sent, lines, customer, session_id=new_id("checkout.session"), now=call.now()
    )
    session |= {
        "expires_at": expires_at,
        "url": f"{call.account.base_url}/c/pay/{session['id']}",
    }
    call.account.add(session)
    call.account.details_of(session["id"]).update(
        customer_update=sent.get("customer_update") or {},
        line_items=lines,
        setup_wishes=sent.get("setup_intent_data") or {},
        subscription_wishes=sent.get("subscription_data") or {},
        wishes=sent.get("payment_intent_data") or {},
    )
    if lines:
        put_discounts(call, session, chosen)
    # A page lives by real time, even if its customer lives by a test clock.
    call.plan_soon(expires_at - call.now(), EXPIRY_JOB, session)
    return session


def _lines(call: Call, customer: Object | None) -> tuple[list[Object], list[Object]]:
    """Return the lines as they are to be paid today, and what was given inline with them."""
    if call.sent["mode"] == "setup":
        return [], []
    lines, inline = new_line_items(call, call.sent["line_items"])
    if call.sent["mode"] == "subscription":
        check_subscribed_lines(lines, customer)
        check_trial(call, customer)
        if trial_end_of(call.sent.get("subscription_data") or {}, call.now(customer)):
            for line in recurring_lines(lines):
                line |= {"amount_subtotal": 0, "amount_total": 0}
    return lines, inline


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


def _discounts(call: Call, customer: Object | None, lines: list[Object]) -> list[Chosen]:
    sent, currency = call.sent, lines[0]["currency"]
    if sent.get("currency") not in (None, currency):
        raise invalid_request("The prices are not available in this currency.", "currency")
    if "discounts" in sent and "allow_promotion_codes" in sent:
        raise invalid_request(
            "You may only specify one of these parameters: allow_promotion_codes, discounts.",
            "allow_promotion_codes",
        )
    chosen = chosen_discounts(
        call,
        sent.get("discounts"),
        "discounts",
        customer=customer,
        currency=currency,
        amount=whole_price(lines),
        products=[line["price"]["product"] for line in lines],
    )
    check_total(discounted_total(lines, [coupon for coupon, _ in chosen]), "line_items")
    return chosen


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
        "subscription": Text(),
    },
    not_yet=("customer_account", "payment_link"),
)
def list_sessions(call: Call) -> Object:
    """Return sessions, newest first."""
    email = (call.sent.get("customer_details") or {}).get("email")
    chosen = [
        session
        for session in call.account.of_kind("checkout.session").values()
        if email is None or (session["customer_details"] or {}).get("email") == email
    ]
    equal = ("customer", "payment_intent", "status", "subscription")
    return list_kind(call, "checkout.session", *equal, among=chosen)
