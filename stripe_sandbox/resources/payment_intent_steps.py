"""``/v1/payment_intents`` by the API: make, change, confirm, cancel."""

from typing import Any

from stripe_sandbox.accounts import Object
from stripe_sandbox.errors import invalid_request
from stripe_sandbox.forms import FormValue
from stripe_sandbox.metadata import merged_metadata
from stripe_sandbox.operations import Call, operation
from stripe_sandbox.parameters import (
    Boolean,
    Currency,
    Email,
    Fields,
    Integer,
    Metadata,
    Parameter,
    Text,
    WebAddress,
)
from stripe_sandbox.payments.confirming import (
    CONFIRMABLE,
    cancel_intent,
    check_free,
    check_payable_by,
    check_status,
    confirm_intent,
)
from stripe_sandbox.payments.saving import method_named
from stripe_sandbox.resources.method_choice import METHOD_CHOICE, METHOD_TYPES, automatic_methods
from stripe_sandbox.resources.payment_intents import new_payment_intent

SMALLEST_AMOUNT, LARGEST_AMOUNT = 50, 99_999_999


class OffSession(Parameter):
    """True, or the older words that mean the same."""

    def read(self, value: FormValue, name: str) -> bool:
        return value in ("one_off", "recurring") or Boolean().read(value, name)


ATTRIBUTES: Fields = {
    "capture_method": Text(choices=("automatic", "automatic_async"), clearable=False),
    "customer": Text(clearable=False),
    "description": Text(longest=1000),
    "metadata": Metadata(),
    "payment_method": Text(clearable=False),
    "payment_method_types": METHOD_TYPES,
    "receipt_email": Email(),
    "setup_future_usage": Text(choices=("off_session", "on_session")),
    "statement_descriptor": Text(longest=22),
    "statement_descriptor_suffix": Text(longest=22),
    "transfer_group": Text(),
}
# What may still be noted on an intent that is paid, under way or canceled.
ALWAYS_CHANGEABLE = {"description", "expand", "metadata", "receipt_email"}
SELDOM = (
    "allowed_payment_method_types",
    "amount_details",
    "excluded_payment_method_types",
    "hooks",
    "payment_details",
    "payment_method_data",
    "payment_method_options",
    "shipping",
)
OF_PLATFORMS = (
    "application_fee_amount",
    "customer_account",
    "payment_method_configuration",
    "transfer_data",
)
OF_CONFIRMING = (
    "confirmation_token",
    "error_on_requires_action",
    "mandate",
    "mandate_data",
    "radar_options",
    "use_stripe_sdk",
)


@operation(
    "POST",
    "/v1/payment_intents",
    {
        **ATTRIBUTES,
        **METHOD_CHOICE,
        "amount": Integer(required=True),
        "confirm": Boolean(clearable=False),
        "currency": Currency(required=True),
        "off_session": OffSession(clearable=False),
        "return_url": WebAddress(clearable=False),
    },
    not_yet=(*SELDOM, *OF_PLATFORMS, *OF_CONFIRMING, "confirmation_method", "on_behalf_of"),
)
def create_payment_intent(call: Call) -> Object:
    """Make an intent, and try to pay it at once if asked to."""
    sent = call.sent
    _check_amount(sent["amount"])
    for name in ("off_session", "return_url"):
        if sent.get(name) and not sent.get("confirm"):
            raise invalid_request(f"{name} can only be given together with confirm=true.", name)
    if sent.get("customer"):
        call.account.get("customer", sent["customer"], "customer")
    wishes = sent | {"metadata": merged_metadata({}, sent.get("metadata"))}
    now = call.now({"customer": sent.get("customer")})
    intent = new_payment_intent(sent["amount"], sent["currency"], wishes, now)
    intent |= {
        "automatic_payment_methods": automatic_methods(sent),
        "customer": sent.get("customer"),
    }
    method = _choose_method(call, intent)
    if sent.get("confirm") and method is None:
        raise _no_method()
    call.account.add(intent)
    call.emit("payment_intent.created", intent)
    if sent.get("confirm") and method:
        _confirm(call, intent, method)
    return intent


def _check_amount(amount: int) -> None:
    if amount < 1:
        raise invalid_request("Invalid positive integer", "amount", "parameter_invalid_integer")
    if amount < SMALLEST_AMOUNT:
        raise invalid_request(
            f"Amount must be at least {SMALLEST_AMOUNT} cents.", "amount", "amount_too_small"
        )
    if amount > LARGEST_AMOUNT:
        raise invalid_request(
            f"Amount must be no more than {LARGEST_AMOUNT} cents.", "amount", "amount_too_large"
        )


def _choose_method(call: Call, intent: Object) -> Object | None:
    """Note on an intent the payment method that was sent, if one was; return it."""
    if not call.sent.get("payment_method"):
        return None
    method = method_named(call, call.sent["payment_method"])
    check_payable_by(intent, method)
    intent |= {
        "next_action": None,
        "payment_method": method["id"],
        "status": "requires_confirmation",
    }
    return method


def _confirm(call: Call, intent: Object, method: Object) -> None:
    if call.sent.get("return_url"):
        call.account.details_of(intent["id"])["return_url"] = call.sent["return_url"]
    confirm_intent(call, intent, method, off_session=bool(call.sent.get("off_session")))


def _no_method() -> Exception:
    return invalid_request(
        "You cannot confirm this PaymentIntent because it's missing a payment method. Update it "
        "with one, or confirm it with one.",
        "payment_method",
        "payment_intent_unexpected_state",
    )


@operation(
    "POST",
    "/v1/payment_intents/{intent}",
    {
        **ATTRIBUTES,
        "amount": Integer(clearable=False),
        "currency": Currency(clearable=False),
    },
    not_yet=(*SELDOM, *OF_PLATFORMS),
)
def update_payment_intent(call: Call) -> Object:
    """Change an intent; Stripe tells no event of it."""
    intent = call.account.get("payment_intent", call.ids["intent"])
    sent = call.sent
    if not set(sent) <= ALWAYS_CHANGEABLE:
        check_free(call.account, intent, "changed", of_invoices=True)
        check_status(intent, CONFIRMABLE, "changed")
    if "amount" in sent:
        _check_amount(sent["amount"])
    if sent.get("customer"):
        call.account.get("customer", sent["customer"], "customer")
    changed: dict[str, Any] = {
        name: value
        for name, value in sent.items()
        if name not in ("expand", "metadata", "payment_method", "payment_method_types")
    }
    _choose_method(call, wanted := intent | changed)
    if "metadata" in sent:
        wanted["metadata"] = merged_metadata(intent["metadata"], sent["metadata"])
    intent |= wanted
    return intent


@operation(
    "POST",
    "/v1/payment_intents/{intent}/confirm",
    {
        "client_secret": Text(clearable=False),
        "off_session": OffSession(clearable=False),
        "payment_method": Text(clearable=False),
        "payment_method_types": METHOD_TYPES,
        "receipt_email": Email(),
        "return_url": WebAddress(clearable=False),
        "setup_future_usage": Text(choices=("off_session", "on_session")),
    },
    not_yet=(*SELDOM, *OF_CONFIRMING, "amount_to_confirm", "capture_method"),
)
def confirm_payment_intent(call: Call) -> Object:
    """Try to pay an intent with its payment method, or the one sent."""
    intent = call.account.get("payment_intent", call.ids["intent"])
    check_free(call.account, intent, "confirmed")
    check_status(intent, CONFIRMABLE, "confirmed")
    if call.sent.get("client_secret") not in (None, intent["client_secret"]):
        raise invalid_request("The client_secret provided is not this intent's.", "client_secret")
    wanted = dict(intent)
    method = _choose_method(call, wanted)
    if method is None:
        if intent["payment_method"] is None:
            raise _no_method()
        method = call.account.get("payment_method", intent["payment_method"])
        check_payable_by(intent, method)
    for name in ("receipt_email", "setup_future_usage"):
        if name in call.sent:
            wanted[name] = call.sent[name]
    intent |= wanted
    _confirm(call, intent, method)
    return intent


@operation(
    "POST",
    "/v1/payment_intents/{intent}/cancel",
    {
        "cancellation_reason": Text(
            choices=("abandoned", "duplicate", "fraudulent", "requested_by_customer"),
            clearable=False,
        )
    },
)
def cancel_payment_intent(call: Call) -> Object:
    """End an intent that was not paid."""
    intent = call.account.get("payment_intent", call.ids["intent"])
    check_free(call.account, intent, "canceled", of_invoices=True)
    cancel_intent(call, intent, call.sent.get("cancellation_reason"))
    return intent
