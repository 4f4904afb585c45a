"""Settings of subscriptions: check what was sent, and note it."""

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.billing.phases import schedule_of
from stripe_sandbox.errors import invalid_request, missing
from stripe_sandbox.metadata import merged_metadata
from stripe_sandbox.operations import Call
from stripe_sandbox.resources.subscription_objects import period_of
from stripe_sandbox.resources.subscription_parameters import PERIOD_ENDS

DAY = 24 * 3600
LONGEST_TRIAL = 730 * DAY
PLAIN = ("collection_method", "days_until_due", "default_payment_method", "description")


def check_settings(call: Call, customer_id: str, collection_method: str) -> None:
    """Refuse settings that a subscription of this customer cannot have.

    Args:
        collection_method: the one it will have.

    Raises:
        StripeError: 400.
    """
    sent = call.sent
    wanted = sent.get("default_payment_method")
    if wanted:
        method = call.account.get("payment_method", wanted, "default_payment_method")
        if method["customer"] != customer_id:
            raise invalid_request(
                f"The payment method {method['id']} is not attached to the customer "
                f"{customer_id}; attach it first.",
                "default_payment_method",
            )
    if sent.get("collection_method") == "send_invoice" and sent.get("days_until_due") is None:
        raise missing("days_until_due")
    if sent.get("days_until_due") is not None and collection_method != "send_invoice":
        raise invalid_request(
            "days_until_due can only be set with collection_method=send_invoice.",
            "days_until_due",
        )
    if sent.get("cancel_at_period_end") and sent.get("cancel_at"):
        raise invalid_request("Give either cancel_at or cancel_at_period_end.", "cancel_at")
    if isinstance(sent.get("cancel_at"), int):
        check_moment(sent["cancel_at"], call.now({"customer": customer_id}), "cancel_at")


def chosen_trial_end(call: Call, now: int) -> int | None:
    """Return when a new subscription's trial ends, if it begins with one.

    Raises:
        StripeError: 400.
    """
    days, end = call.sent.get("trial_period_days"), call.sent.get("trial_end")
    if days is not None and end is not None:
        raise invalid_request("Give either trial_end or trial_period_days.", "trial_end")
    if days is not None:
        return now + int(days) * DAY
    if end in (None, "now"):
        return None
    check_moment(end, now, "trial_end", longest=LONGEST_TRIAL)
    return int(end)


def check_moment(moment: int, now: int, param: str, *, longest: int | None = None) -> None:
    """Refuse a moment that is not ahead, or too far.

    Raises:
        StripeError: 400.
    """
    if moment <= now:
        raise invalid_request(
            f"{param} must be in the future: it is {moment}, and now is {now}.", param
        )
    if longest is not None and moment > now + longest:
        raise invalid_request(f"{param} may be at most {longest // DAY} days ahead.", param)


def with_settings(subscription: Object, sent: Object) -> Object:
    """Return a copy of a subscription with the plain settings that were sent."""
    becoming = dict(subscription) | {name: sent[name] for name in PLAIN if name in sent}
    if "metadata" in sent:
        becoming["metadata"] = merged_metadata(subscription["metadata"], sent["metadata"])
    if sent.get("payment_settings"):
        becoming["payment_settings"] = subscription["payment_settings"] | sent["payment_settings"]
    if sent.get("trial_settings"):
        becoming["trial_settings"] = sent["trial_settings"]
    return becoming


def check_cancellation(account: Account, subscription: Object, sent: Object) -> None:
    """Refuse to set the end of a subscription that a schedule manages.

    Raises:
        StripeError: 400.
    """
    schedule = schedule_of(account, subscription)
    touched = [name for name in ("cancel_at", "cancel_at_period_end") if name in sent]
    if schedule and touched:
        raise invalid_request(
            f"The subscription is managed by the subscription schedule `{schedule['id']}`, which "
            "decides when it ends. Release the schedule first, or update that.",
            touched[0],
        )


def put_cancellation(subscription: Object, sent: Object, now: int) -> None:
    """Note on a subscription when it shall end, if that was sent.

    In flexible billing mode an end with the period has its moment in ``cancel_at`` too.
    """
    if "cancellation_details" in sent:
        details = sent["cancellation_details"] or dict.fromkeys(("comment", "feedback"))
        subscription["cancellation_details"] = subscription["cancellation_details"] | details
    if sent.get("cancel_at_period_end"):
        _put_end(subscription, period_of(subscription)[1], now, with_period=True)
    elif sent.get("cancel_at") is not None:
        wanted = sent["cancel_at"]
        moment = period_of(subscription)[1] if wanted in PERIOD_ENDS else int(wanted)
        _put_end(subscription, moment, now)
    elif "cancel_at" in sent or "cancel_at_period_end" in sent:
        subscription |= {
            "cancel_at": None,
            "cancel_at_period_end": False,
            "canceled_at": None,
            "cancellation_details": subscription["cancellation_details"] | {"reason": None},
        }


def _put_end(subscription: Object, moment: int, now: int, *, with_period: bool = False) -> None:
    reason = {"reason": "cancellation_requested"}
    subscription |= {
        "cancel_at": moment,
        "cancel_at_period_end": with_period,
        "canceled_at": now,
        "cancellation_details": subscription["cancellation_details"] | reason,
    }
