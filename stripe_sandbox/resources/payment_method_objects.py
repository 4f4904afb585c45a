"""The shape of a payment method: a card, or a bank account."""

import hashlib
from typing import Any

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.identifiers import new_id
from stripe_sandbox.payments.bank_accounts import BankAccount
from stripe_sandbox.payments.cards import Card, Payer

EXPIRY_MONTH, EXPIRY_YEAR = 12, 2034
ADDRESS_PARTS = ("city", "country", "line1", "line2", "postal_code", "state")


def new_payment_method(card: Card, payer: Payer, now: int) -> Object:
    """Return a card payment method that belongs to nobody yet; ``keep_card`` makes it known."""
    return _new_method("card", payer, now) | {
        "card": {
            "brand": card.brand,
            "checks": card_checks(card),
            "country": payer.country,
            "display_brand": card.brand,
            "exp_month": EXPIRY_MONTH,
            "exp_year": EXPIRY_YEAR,
            "fingerprint": fingerprint_of(card.number),
            "funding": "credit",
            "generated_from": None,
            "last4": card.last4,
            "networks": {"available": [card.brand], "preferred": None},
            "regulated_status": "unregulated",
            "three_d_secure_usage": {"supported": True},
            "wallet": None,
        },
    }


def keep_card(account: Account, method: Object, card: Card) -> Object:
    """Add a card payment method to the account, and remember which card it is."""
    account.details_of(method["id"])["card"] = card.number
    return account.add(method)


def new_bank_method(bank: BankAccount, payer: Payer, now: int) -> Object:
    """Return the payment method of a bank account that belongs to nobody yet."""
    return _new_method("us_bank_account", payer, now) | {
        "us_bank_account": {
            **bank_details(bank),
            "financial_connections_account": None,
            "networks": {"preferred": "ach", "supported": ["ach"]},
            "status_details": {},
        },
    }


def bank_details(bank: BankAccount) -> Object:
    """Return what payment methods and charges share of a bank account."""
    return {
        "account_holder_type": "individual",
        "account_type": "checking",
        "bank_name": "STRIPE TEST BANK",
        "fingerprint": fingerprint_of(bank.number),
        "last4": bank.number[-4:],
        "routing_number": "110000000",
    }


def _new_method(kind: str, payer: Payer, now: int) -> Object:
    return {
        "id": new_id("payment_method"),
        "object": "payment_method",
        "allow_redisplay": "limited",
        "billing_details": billing_details(payer),
        "created": now,
        "customer": None,
        "customer_account": None,
        "livemode": False,
        "metadata": {},
        "type": kind,
    }


def billing_details(payer: Payer) -> Object:
    """Return the details that payment methods and charges share."""
    address: dict[str, Any] = dict.fromkeys(ADDRESS_PARTS)
    return {
        "address": address | {"country": payer.country},
        "email": payer.email,
        "name": payer.name,
        "phone": None,
        "tax_id": None,
    }


def card_checks(card: Card) -> Object:
    """Return what the bank said about the typed details."""
    return {
        "address_line1_check": None,
        "address_postal_code_check": None,
        "cvc_check": "fail" if card.code == "incorrect_cvc" else "pass",
    }


def fingerprint_of(number: str) -> str:
    """Return the same text for the same number."""
    return hashlib.sha256(number.encode()).hexdigest()[:16]
