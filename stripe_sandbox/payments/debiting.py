"""Debit a bank account: the answer comes later."""

import copy

from stripe_sandbox.accounts import Object
from stripe_sandbox.activity import Activity
from stripe_sandbox.agenda import job
from stripe_sandbox.errors import StripeError
from stripe_sandbox.payments.after_payment import tell_after_payment
from stripe_sandbox.payments.bank_accounts import BankAccount, bank_account_of
from stripe_sandbox.payments.outcomes import fail, succeed
from stripe_sandbox.resources.charges import new_debit

DEBIT_JOB = "end debit"


def start_debit(activity: Activity, intent: Object, method: Object) -> None:
    """Begin to collect an intent from a bank account; until it ends the intent is processing."""
    bank = bank_account_of(activity.account, method)
    charge = activity.account.add(new_debit(intent, method, bank, activity.now(intent)))
    intent |= {
        "last_payment_error": None,
        "latest_charge": charge["id"],
        "next_action": None,
        "payment_method": method["id"],
        "status": "processing",
    }
    activity.emit("payment_intent.processing", intent)
    activity.emit("charge.pending", charge)
    activity.plan_soon(activity.account.switches.settlement_delay, DEBIT_JOB, charge)


@job(DEBIT_JOB)
def end_debit(activity: Activity, charge_id: str) -> None:
    """Learn from the bank how a debit ended."""
    account = activity.account
    charge = account.of_kind("charge").get(charge_id)
    if charge is None or charge["status"] != "pending":
        return
    intent = account.get("payment_intent", charge["payment_intent"])
    method = account.get("payment_method", charge["payment_method"])
    bank = bank_account_of(account, method)
    if bank.code:
        charge |= {
            "amount_captured": 0,
            "captured": False,
            "failure_code": bank.code,
            "failure_message": bank.message,
            "outcome": charge["outcome"]
            | {
                "network_status": "declined_by_network",
                "reason": bank.code,
                "seller_message": "The bank returned the debit.",
                "type": "issuer_declined",
            },
            "status": "failed",
        }
        activity.emit("charge.failed", charge)
        fail(activity, intent, _refusal(bank, charge, method))
    else:
        charge |= {"paid": True, "status": "succeeded"}
        succeed(activity, intent, charge, method)
    tell_after_payment(activity, intent)


def _refusal(bank: BankAccount, charge: Object, method: Object) -> StripeError:
    return StripeError(
        402,
        bank.message,
        code="payment_intent_payment_attempt_failed",
        extras={"charge": charge["id"], "payment_method": copy.deepcopy(method)},
    )
