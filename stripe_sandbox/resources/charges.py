"""``/v1/charges``: money that moved, or did not."""

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.expansion import expandable
from stripe_sandbox.identifiers import new_id, random_text
from stripe_sandbox.metadata import merged_metadata
from stripe_sandbox.operations import Call, operation
from stripe_sandbox.pagination import DATED_PAGE, first_page, list_kind
from stripe_sandbox.parameters import Email, Metadata, Text
from stripe_sandbox.payments.bank_accounts import BankAccount
from stripe_sandbox.payments.cards import Card
from stripe_sandbox.resources.payment_method_objects import (
    bank_details,
    card_checks,
    fingerprint_of,
)


def refunds_of(account: Account, charge: Object) -> list[Object]:
    """Return a charge's refunds, newest first."""
    refunds = account.of_kind("refund").values()
    return [refund for refund in refunds if refund["charge"] == charge["id"]][::-1]


def _refunds(account: Account, charge: Object) -> Object:
    return first_page(refunds_of(account, charge), f"/v1/charges/{charge['id']}/refunds")


expandable(
    "charge",
    "application",
    "application_fee",
    "balance_transaction",
    "customer",
    "failure_balance_transaction",
    "on_behalf_of",
    "payment_intent",
    "review",
    "source_transfer",
    includables={"refunds": _refunds},
)


# Parts of Stripe that the sandbox does not have.
OF_NO_USE_HERE = (
    "application",
    "application_fee",
    "application_fee_amount",
    "review",
    "shipping",
    "source_transfer",
    "transfer_data",
)


def new_charge(
    intent: Object, method: Object, card: Card, *, authenticated: bool, now: int
) -> Object:
    """Return the charge of an intent: succeeded, or failed when the card declines."""
    paid = card.behaviour != "declines"
    return _charge_of(intent, method, now) | {
        "amount_captured": intent["amount"] if paid else 0,
        "captured": paid,
        "failure_code": None if paid else card.code,
        "failure_message": None if paid else card.message,
        "outcome": _outcome(card),
        "paid": paid,
        "payment_method_details": {
            "card": _card_details(intent, card, method, authenticated),
            "type": "card",
        },
        "status": "succeeded" if paid else "failed",
    }


def new_debit(intent: Object, method: Object, bank: BankAccount, now: int) -> Object:
    """Return the charge of an intent to a bank account: pending."""
    outcome = _outcome(Card("", "")) | {"risk_level": "not_assessed"}
    del outcome["risk_score"]
    return _charge_of(intent, method, now) | {
        "amount_captured": intent["amount"],
        "captured": True,
        "outcome": outcome,
        "payment_method_details": {
            "type": "us_bank_account",
            "us_bank_account": bank_details(bank) | {"payment_reference": None},
        },
        "status": "pending",
    }


def _charge_of(intent: Object, method: Object, now: int) -> Object:
    return {
        "id": new_id("charge"),
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": 0,
        "amount_refunded": 0,
        "balance_transaction": None,
        "billing_details": method["billing_details"],
        "calculated_statement_descriptor": intent["statement_descriptor"] or "SANDBOX",
        "captured": False,
        "created": now,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "fraud_details": {},
        "livemode": False,
        "metadata": dict(intent["metadata"]),
        "on_behalf_of": None,
        "paid": False,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "radar_options": {},
        "receipt_email": intent["receipt_email"],
        "receipt_number": None,
        "receipt_url": None,
        "refunded": False,
        "refunds": None,
        "statement_descriptor": intent["statement_descriptor"],
        "statement_descriptor_suffix": intent["statement_descriptor_suffix"],
        "transfer_group": intent["transfer_group"],
        **dict.fromkeys(OF_NO_USE_HERE),
    }


def _outcome(card: Card) -> Object:
    paid = card.behaviour != "declines"
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": "approved_by_network" if paid else "declined_by_network",
        "reason": None if paid else card.decline_code,
        "risk_level": "normal",
        "risk_score": 20,
        "seller_message": "Payment complete." if paid else "The bank declined the payment.",
        "type": "authorized" if paid else "issuer_declined",
    }


def _card_details(intent: Object, card: Card, method: Object, authenticated: bool) -> Object:
    paid = card.behaviour != "declines"
    return {
        "amount_authorized": intent["amount"] if paid else None,
        "authorization_code": random_text(6, "0123456789") if paid else None,
        "brand": card.brand,
        "checks": card_checks(card),
        "country": method["card"]["country"],
        "exp_month": method["card"]["exp_month"],
        "exp_year": method["card"]["exp_year"],
        "extended_authorization": {"status": "disabled"},
        "fingerprint": fingerprint_of(card.number),
        "funding": "credit",
        "incremental_authorization": {"status": "unavailable"},
        "installments": None,
        "last4": card.last4,
        "mandate": None,
        "multicapture": {"status": "unavailable"},
        "network": card.brand,
        "network_token": {"used": False},
        "network_transaction_id": random_text(15, "0123456789"),
        "overcapture": {"maximum_amount_capturable": intent["amount"], "status": "unavailable"},
        "regulated_status": "unregulated",
        "three_d_secure": _authentication() if authenticated else None,
        "transaction_link_id": None,
        "wallet": None,
    }


def _authentication() -> Object:
    return {
        "authentication_flow": "challenge",
        "electronic_commerce_indicator": "05",
        "exemption_indicator": None,
        "result": "authenticated",
        "result_reason": None,
        "transaction_id": random_text(36).lower(),
        "version": "2.2.0",
    }


@operation("GET", "/v1/charges/{charge}")
def get_charge(call: Call) -> Object:
    """Return a charge."""
    return call.account.get("charge", call.ids["charge"])


@operation(
    "GET",
    "/v1/charges",
    {**DATED_PAGE, "customer": Text(), "payment_intent": Text(), "transfer_group": Text()},
)
def list_charges(call: Call) -> Object:
    """Return charges, newest first."""
    return list_kind(call, "charge", "customer", "payment_intent", "transfer_group")


@operation(
    "POST",
    "/v1/charges/{charge}",
    {
        "description": Text(longest=40_000),
        "metadata": Metadata(),
        "receipt_email": Email(clearable=False),
        "transfer_group": Text(),
    },
    not_yet=("customer", "fraud_details", "shipping"),
)
def update_charge(call: Call) -> Object:
    """Change what is noted on a charge."""
    charge = call.account.get("charge", call.ids["charge"])
    before = dict(charge)
    for name in ("description", "receipt_email", "transfer_group"):
        if name in call.sent:
            charge[name] = call.sent[name]
    if "metadata" in call.sent:
        charge["metadata"] = merged_metadata(charge["metadata"], call.sent["metadata"])
    call.emit_updated(charge, before)
    return charge
