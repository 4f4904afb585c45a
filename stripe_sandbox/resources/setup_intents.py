"""``/v1/setup_intents``: agreements to charge a card later."""

from stripe_sandbox.accounts import Object
from stripe_sandbox.errors import StripeError, invalid_request
from stripe_sandbox.expansion import expandable
from stripe_sandbox.metadata import merged_metadata
from stripe_sandbox.operations import Call, operation
from stripe_sandbox.pagination import DATED_PAGE, list_kind
from stripe_sandbox.parameters import Boolean, Fields, Metadata, Text, WebAddress
from stripe_sandbox.payments.confirming import CONFIRMABLE, check_free, check_status
from stripe_sandbox.payments.saving import check_attachable, check_owner, method_named
from stripe_sandbox.payments.setting_up import confirm_setup
from stripe_sandbox.resources.method_choice import METHOD_CHOICE, METHOD_TYPES
from stripe_sandbox.resources.setup_intent_objects import new_setup_intent

ATTRIBUTES: Fields = {
    "customer": Text(clearable=False),
    "description": Text(longest=1000),
    "metadata": Metadata(),
    "payment_method": Text(clearable=False),
    "payment_method_types": METHOD_TYPES,
}
SELDOM = (
    "allowed_payment_method_types",
    "attach_to_self",
    "customer_account",
    "excluded_payment_method_types",
    "flow_directions",
    "payment_method_configuration",
    "payment_method_data",
    "payment_method_options",
)
OF_CONFIRMING = ("confirmation_token", "mandate_data", "use_stripe_sdk")

expandable(
    "setup_intent",
    "application",
    "customer",
    "latest_attempt",
    "mandate",
    "on_behalf_of",
    "payment_method",
    "single_use_mandate",
)


@operation(
    "POST",
    "/v1/setup_intents",
    {
        **ATTRIBUTES,
        **METHOD_CHOICE,
        "confirm": Boolean(clearable=False),
        "return_url": WebAddress(clearable=False),
        "usage": Text(choices=("off_session", "on_session"), clearable=False),
    },
    not_yet=(*SELDOM, *OF_CONFIRMING, "on_behalf_of", "single_use"),
)
def create_setup_intent(call: Call) -> Object:
    """Make a setup intent, and confirm it at once if asked to."""
    sent = call.sent
    if sent.get("return_url") and not sent.get("confirm"):
        raise invalid_request("return_url can only be given with confirm=true.", "return_url")
    if sent.get("customer"):
        call.account.get("customer", sent["customer"], "customer")
    wishes = sent | {"metadata": merged_metadata({}, sent.get("metadata"))}
    intent = new_setup_intent(wishes, call.now({"customer": sent.get("customer")}))
    method = _choose_method(call, intent)
    if sent.get("confirm") and method is None:
        raise _no_method()
    call.account.add(intent)
    call.emit("setup_intent.created", intent)
    if sent.get("confirm") and method:
        _confirm(call, intent, method)
    return intent


def _choose_method(call: Call, intent: Object) -> Object | None:
    """Note on an intent the payment method that was sent, if one was; return it."""
    if not call.sent.get("payment_method"):
        return None
    method = method_named(call, call.sent["payment_method"])
    check_owner(method, intent["customer"])
    if method["type"] != "card":
        check_attachable(call.account, method)
    intent |= {
        "next_action": None,
        "payment_method": method["id"],
        "status": "requires_confirmation",
    }
    return method


def _confirm(call: Call, intent: Object, method: Object) -> None:
    if call.sent.get("return_url"):
        call.account.details_of(intent["id"])["return_url"] = call.sent["return_url"]
    confirm_setup(call, intent, method)


def _no_method() -> StripeError:
    return invalid_request(
        "You cannot confirm this SetupIntent because it's missing a payment method. Update it "
        "with one, or confirm it with one.",
        "payment_method",
        "setup_intent_unexpected_state",
    )


@operation("GET", "/v1/setup_intents/{intent}", {"client_secret": Text()})
def get_setup_intent(call: Call) -> Object:
    """Return a setup intent."""
    return call.account.get("setup_intent", call.ids["intent"])


@operation(
    "GET",
    "/v1/setup_intents",
    {**DATED_PAGE, "customer": Text(), "payment_method": Text()},
    not_yet=("attach_to_self", "customer_account"),
)
def list_setup_intents(call: Call) -> Object:
    """Return setup intents, newest first."""
    return list_kind(call, "setup_intent", "customer", "payment_method")


@operation("POST", "/v1/setup_intents/{intent}", ATTRIBUTES, not_yet=SELDOM)
def update_setup_intent(call: Call) -> Object:
    """Change a setup intent; Stripe tells no event of it."""
    intent = call.account.get("setup_intent", call.ids["intent"])
    sent = call.sent
    if not set(sent) <= {"description", "expand", "metadata"}:
        check_free(call.account, intent, "changed")
        check_status(intent, CONFIRMABLE, "changed")
    if sent.get("customer"):
        call.account.get("customer", sent["customer"], "customer")
    wanted = intent | {name: sent[name] for name in ("customer", "description") if name in sent}
    _choose_method(call, wanted)
    if "metadata" in sent:
        wanted["metadata"] = merged_metadata(intent["metadata"], sent["metadata"])
    intent |= wanted
    return intent


@operation(
    "POST",
    "/v1/setup_intents/{intent}/confirm",
    {
        "client_secret": Text(clearable=False),
        "payment_method": Text(clearable=False),
        "return_url": WebAddress(clearable=False),
    },
    not_yet=(
        *OF_CONFIRMING,
        "allowed_payment_method_types",
        "payment_method_data",
        "payment_method_options",
    ),
)
def confirm_setup_intent(call: Call) -> Object:
    """Set a card up: the one of the intent, or the one sent."""
    intent = call.account.get("setup_intent", call.ids["intent"])
    check_free(call.account, intent, "confirmed")
    check_status(intent, CONFIRMABLE, "confirmed")
    if call.sent.get("client_secret") not in (None, intent["client_secret"]):
        raise invalid_request("The client_secret provided is not this intent's.", "client_secret")
    method = _choose_method(call, wanted := dict(intent))
    if method is None:
        if intent["payment_method"] is None:
            raise _no_method()
        method = call.account.get("payment_method", intent["payment_method"])
    intent |= wanted
    _confirm(call, intent, method)
    return intent


@operation(
    "POST",
    "/v1/setup_intents/{intent}/cancel",
    {
        "cancellation_reason": Text(
            choices=("abandoned", "duplicate", "requested_by_customer"), clearable=False
        )
    },
)
def cancel_setup_intent(call: Call) -> Object:
    """End a setup intent that has not succeeded."""
    intent = call.account.get("setup_intent", call.ids["intent"])
    check_free(call.account, intent, "canceled")
    check_status(intent, CONFIRMABLE, "canceled")
    intent |= {
        "cancellation_reason": call.sent.get("cancellation_reason"),
        "next_action": None,
        "status": "canceled",
    }
    call.emit("setup_intent.canceled", intent)
    return intent
