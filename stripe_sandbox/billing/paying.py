"""Pay an open invoice by a card that its customer types."""

from stripe_sandbox.accounts import Object
from stripe_sandbox.activity import Activity
from stripe_sandbox.billing.collecting import intent_of
from stripe_sandbox.payments.cards import Payer, read_card
from stripe_sandbox.payments.confirming import confirm_intent
from stripe_sandbox.resources.payment_method_objects import keep_card, new_payment_method


def pay_by_card(activity: Activity, invoice: Object, number: str) -> Object:
    """Try to pay an invoice while its customer is there, and return its intent.

    The intent has ``succeeded``, or waits for 3-D Secure, which is no failure yet. The card
    stays with the customer if the invoice is a subscription's.

    Raises:
        StripeError: 402 for a bad number, which nothing notes, or when the card declines,
            which the invoice notes.
    """
    card = read_card(number)
    payer = Payer(invoice["customer_email"], invoice["customer_name"])
    method = new_payment_method(card, payer, activity.now(invoice))
    keep_card(activity.account, method, card)
    intent = intent_of(activity.account, invoice)
    confirm_intent(activity, intent, method)
    return intent
