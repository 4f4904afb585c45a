"""The test bank accounts: a debit takes its time, and then succeeds or fails."""

from dataclasses import dataclass

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.errors import invalid_request

PREFIX = "us_bank_account:"


@dataclass(frozen=True)
class BankAccount:
    """An account number with its fate; one that fails carries the reason."""

    choice: str
    number: str
    label: str
    code: str = ""
    message: str = ""


TEST_BANK_ACCOUNTS = (
    BankAccount(f"{PREFIX}succeeds", "000123456789", "Bank account: settles later"),
    BankAccount(
        f"{PREFIX}fails",
        "000111111116",
        "Bank account: fails later",
        "no_account",
        "The bank account could not be located.",
    ),
)
BY_CHOICE = {bank.choice: bank for bank in TEST_BANK_ACCOUNTS}


def bank_account_of(account: Account, method: Object) -> BankAccount:
    """Return the bank account behind a payment method."""
    return BY_CHOICE[account.details_of(method["id"])["bank_account"]]


def chosen_bank_account(session: Object, choice: str) -> BankAccount | None:
    """Return the bank account that a person chose to pay a session with; none for a card.

    Raises:
        StripeError: 400 for a kind of payment method that the session does not take.
    """
    bank = BY_CHOICE.get(choice)
    kind = "us_bank_account" if choice.startswith(PREFIX) else "card"
    if kind not in session["payment_method_types"] or (kind != "card" and bank is None):
        raise invalid_request(f"This Checkout Session cannot be paid by {choice}.")
    return bank
