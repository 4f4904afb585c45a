"""Who wants to know how a payment ended that its own code did not wait for."""

from collections.abc import Callable

from stripe_sandbox.accounts import Object
from stripe_sandbox.activity import Activity

Listener = Callable[[Activity, Object], None]

_PAYMENT_LISTENERS: list[Listener] = []
_SETUP_LISTENERS: list[Listener] = []


def after_payment(listener: Listener) -> Listener:
    """Have a function called with a payment intent once a try to pay it has ended.

    That is after the API confirmed the intent, after 3-D Secure on the intent's own page, and
    after a bank's late answer; not by ``pay_intent`` itself, whose callers see the result.
    The intent's status tells it: ``succeeded``, or ``requires_payment_method`` when it failed.
    """
    _PAYMENT_LISTENERS.append(listener)
    return listener


def after_setup(listener: Listener) -> Listener:
    """Have a function called with a setup intent once a try to confirm it has ended.

    As for payments: by the API or on its own 3-D Secure page, not by ``set_up_method``.
    """
    _SETUP_LISTENERS.append(listener)
    return listener


def tell_after_payment(activity: Activity, intent: Object) -> None:
    """Call whoever wants to know how a try to pay ended."""
    for listener in _PAYMENT_LISTENERS:
        listener(activity, intent)


def tell_after_setup(activity: Activity, intent: Object) -> None:
    """Call whoever wants to know how a try to set up ended."""
    for listener in _SETUP_LISTENERS:
        listener(activity, intent)
