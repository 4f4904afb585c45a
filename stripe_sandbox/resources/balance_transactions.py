"""``/v1/balance_transactions``: what moved the balance, and Stripe's fees."""

from stripe_sandbox.accounts import Object
from stripe_sandbox.expansion import expandable
from stripe_sandbox.identifiers import new_id
from stripe_sandbox.operations import Call, operation
from stripe_sandbox.pagination import DATED_PAGE, list_kind
from stripe_sandbox.parameters import Currency, Text

AVAILABLE_AFTER = 2 * 24 * 3600
FIXED_FEE = 30
FEE_PER_THOUSAND = 29
DEBIT_FEE_PER_THOUSAND = 8
HIGHEST_DEBIT_FEE = 500

expandable("balance_transaction", "source")


def fee_of(amount: int) -> int:
    """Return the fee for a card in cents: 2.9 % and 30 cents, half a cent rounded up."""
    return FIXED_FEE + (amount * FEE_PER_THOUSAND + 500) // 1000


def debit_fee_of(amount: int) -> int:
    """Return the fee for a bank account in cents: 0.8 %, 5.00 at most."""
    return min((amount * DEBIT_FEE_PER_THOUSAND + 500) // 1000, HIGHEST_DEBIT_FEE)


def transaction_of_charge(charge: Object, now: int) -> Object:
    """Return the transaction of a paid charge."""
    amount = charge["amount"]
    by_card = charge["payment_method_details"]["type"] == "card"
    return new_balance_transaction(
        charge,
        now,
        amount=amount,
        kind="charge" if by_card else "payment",
        category="charge",
        description=charge["description"],
        fee=fee_of(amount) if by_card else debit_fee_of(amount),
        fee_for="Stripe processing fees",
    )


def new_balance_transaction(
    source: Object,
    now: int,
    *,
    amount: int,
    kind: str,
    category: str,
    description: str | None,
    fee: int = 0,
    fee_for: str = "",
) -> Object:
    """Return a transaction of some money that came in, or with a negative amount went out.

    Args:
        source: the charge, refund or dispute that moved it.
        kind: its ``type``.
        category: its ``reporting_category``.
    """
    details = {
        "amount": fee,
        "application": None,
        "currency": source["currency"],
        "description": fee_for,
        "type": "stripe_fee",
    }
    return {
        "id": new_id("balance_transaction"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": now + AVAILABLE_AFTER,
        "balance_type": "payments",
        "created": now,
        "currency": source["currency"],
        "description": description,
        "exchange_rate": None,
        "fee": fee,
        "fee_details": [details] if fee else [],
        "net": amount - fee,
        "reporting_category": category,
        "source": source["id"],
        "status": "pending",
        "type": kind,
    }


@operation("GET", "/v1/balance_transactions/{id}")
def get_balance_transaction(call: Call) -> Object:
    """Return a balance transaction."""
    return call.account.get("balance_transaction", call.ids["id"])


@operation(
    "GET",
    "/v1/balance_transactions",
    {**DATED_PAGE, "currency": Currency(), "source": Text(), "type": Text()},
    not_yet=("payout",),
)
def list_balance_transactions(call: Call) -> Object:
    """Return balance transactions, newest first."""
    return list_kind(call, "balance_transaction", "currency", "source", "type")
