"""``/v1/balance_transactions``: what a charge did to the balance, and Stripe's fee."""

from stripe_sandbox.accounts import Object
from stripe_sandbox.expansion import expandable
from stripe_sandbox.identifiers import new_id
from stripe_sandbox.operations import Call, operation
from stripe_sandbox.pagination import DATED_PAGE, list_kind
from stripe_sandbox.parameters import Currency, Text

AVAILABLE_AFTER = 2 * 24 * 3600
FIXED_FEE = 30
FEE_PER_THOUSAND = 29

expandable("balance_transaction", "source")


def fee_of(amount: int) -> int:
    """Return the fee in cents: 2.9 % and 30 cents, half a cent rounded up."""
    return FIXED_FEE + (amount * FEE_PER_THOUSAND + 500) // 1000


def new_balance_transaction(charge: Object, now: int) -> Object:
    """Return the transaction of a paid charge."""
    fee = fee_of(charge["amount"])
    return {
        "id": new_id("balance_transaction"),
        "object": "balance_transaction",
        "amount": charge["amount"],
        "available_on": now + AVAILABLE_AFTER,
        "balance_type": "payments",
        "created": now,
        "currency": charge["currency"],
        "description": charge["description"],
        "exchange_rate": None,
        "fee": fee,
        "fee_details": [
            {
                "amount": fee,
                "application": None,
                "currency": charge["currency"],
                "description": "Stripe processing fees",
                "type": "stripe_fee",
            }
        ],
        "net": charge["amount"] - fee,
        "reporting_category": "charge",
        "source": charge["id"],
        "status": "pending",
        "type": "charge",
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
