"""Charge a card for an intent, and tell about it in the order Stripe does."""

import copy
from dataclasses import dataclass

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.agenda import job
from stripe_sandbox.errors import StripeError
from stripe_sandbox.events import emit, emit_updated
from stripe_sandbox.payments.cards import Card, Payer
from stripe_sandbox.resources.balance_transactions import new_balance_transaction
from stripe_sandbox.resources.charges import new_charge
from stripe_sandbox.resources.payment_methods import new_payment_method
from stripe_sandbox.sandbox import Sandbox

SETTLE_JOB = "settle charge"


@dataclass
class Attempt:
    """One try to pay an intent with a card.

    ``as_created`` is the intent at its making, while ``payment_intent.created`` is still
    to be told: on success Stripe tells it after the charge.
    """

    sandbox: Sandbox
    account: Account
    intent: Object
    card: Card
    payer: Payer
    as_created: Object | None = None
    method: Object | None = None
    authenticated: bool = False

    def tell(self, event_type: str, thing: Object) -> None:
        """Emit an event caused on the page, not by an API request."""
        emit(self.sandbox, self.account, event_type, thing)

    def tell_created(self) -> None:
        """Emit ``payment_intent.created`` unless it is told already."""
        if self.as_created:
            self.tell("payment_intent.created", self.as_created)
            self.as_created = None

    def payment_method(self) -> Object:
        """Return the payment method of the card; a new one belongs to nobody yet."""
        if self.method is None:
            now = self.sandbox.clock.now()
            self.method = self.account.add(new_payment_method(self.card, self.payer, now))
        return self.method


def charge_intent(attempt: Attempt) -> Object:
    """Charge the card, and return the charge.

    Emits charge.succeeded, (payment_method.attached), payment_intent.succeeded, (.created);
    and, a little later, charge.updated with the balance transaction.

    Raises:
        StripeError: 402 when the card declines; charge.failed and
            payment_intent.payment_failed are emitted, and the intent can be tried again.
    """
    intent = attempt.intent
    method = attempt.payment_method()
    charge = attempt.account.add(
        new_charge(
            intent,
            method,
            attempt.card,
            attempt.payer,
            authenticated=attempt.authenticated,
            now=attempt.sandbox.clock.now(),
        )
    )
    intent |= {"latest_charge": charge["id"], "next_action": None}
    if not charge["paid"]:
        raise _declined(attempt, charge, method)
    intent |= {
        "amount_received": intent["amount"],
        "last_payment_error": None,
        "payment_method": method["id"],
        "status": "succeeded",
    }
    attempt.tell("charge.succeeded", charge)
    _attach(attempt, method)
    attempt.tell("payment_intent.succeeded", intent)
    attempt.tell_created()
    due = attempt.sandbox.clock.time() + attempt.account.switches.charge_updated_delay
    attempt.sandbox.agenda.add(attempt.account, due, SETTLE_JOB, charge["id"])
    return charge


def _attach(attempt: Attempt, method: Object) -> None:
    if attempt.intent["setup_future_usage"] and attempt.intent["customer"]:
        method["customer"] = attempt.intent["customer"]
        attempt.tell("payment_method.attached", method)


def _declined(attempt: Attempt, charge: Object, method: Object) -> StripeError:
    refusal = attempt.card.refusal(charge=charge["id"], payment_method=copy.deepcopy(method))
    attempt.tell_created()
    attempt.tell("charge.failed", charge)
    return fail_intent(attempt, refusal)


def fail_intent(attempt: Attempt, refusal: StripeError) -> StripeError:
    """Note the error on the intent, emit payment_intent.payment_failed, return the error."""
    attempt.intent |= {
        "last_payment_error": refusal.details(),
        "next_action": None,
        "payment_method": None,
        "status": "requires_payment_method",
    }
    attempt.tell("payment_intent.payment_failed", attempt.intent)
    refusal.extras = refusal.extras | {"payment_intent": copy.deepcopy(attempt.intent)}
    return refusal


@job(SETTLE_JOB)
def settle_charge(sandbox: Sandbox, account: Account, charge_id: str) -> None:
    """Give a paid charge its balance transaction."""
    charge = account.of_kind("charge").get(charge_id)
    if charge is None or charge["balance_transaction"]:
        return
    before = dict(charge)
    transaction = account.add(new_balance_transaction(charge, sandbox.clock.now()))
    charge["balance_transaction"] = transaction["id"]
    emit_updated(sandbox, account, charge, before)
