"""Begin the subscription that a Checkout session sells: not before it is paid."""

from stripe_sandbox.accounts import Object
from stripe_sandbox.activity import Activity
from stripe_sandbox.billing.selling import sold_items
from stripe_sandbox.billing.starting import Wanted, build_subscription, start_paid_subscription
from stripe_sandbox.billing.subscription_discounts import put_discounts
from stripe_sandbox.errors import invalid_request
from stripe_sandbox.payments.session_amounts import chosen_of, recurring_lines

DAY = 24 * 3600


def trial_end_of(wishes: Object, now: int) -> int | None:
    """Return when the trial of a subscription that begins now ends, if it begins with one.

    Args:
        wishes: what ``subscription_data`` asked for.
    """
    if wishes.get("trial_period_days"):
        return now + int(wishes["trial_period_days"]) * DAY
    return wishes.get("trial_end")


def check_currency(customer: Object | None, currency: str) -> None:
    """Refuse to subscribe a customer in another currency than the one they are billed in.

    Raises:
        StripeError: 400.
    """
    if customer and customer["currency"] not in (None, currency):
        raise invalid_request(
            "You cannot combine currencies on a single customer. This customer is billed in "
            f"{customer['currency']}.",
            "line_items",
        )


def check_subscribable(activity: Activity, session: Object) -> None:
    """Refuse a session whose terms have become impossible while it was open.

    Raises:
        StripeError: 400.
    """
    account = activity.account
    check_currency(account.of_kind("customer").get(session["customer"] or ""), session["currency"])
    end = account.details_of(session["id"])["subscription_wishes"].get("trial_end")
    if end is not None and end <= activity.now(session):
        raise invalid_request("The trial that was offered is over: begin again in the shop.")


def begin_subscription(
    activity: Activity, session: Object, method: Object | None, intent: Object | None
) -> None:
    """Make the subscription of a session, with its first invoice paid, and note both on it.

    Args:
        method: will be charged for it; none where no card was asked for.
        intent: has paid the first invoice; none when that asks for nothing.
    """
    account = activity.account
    details = account.details_of(session["id"])
    customer = account.get("customer", session["customer"])
    lines, wishes = details["line_items"], details["subscription_wishes"]
    subscription = build_subscription(
        activity,
        customer,
        [Wanted(line["price"], line["quantity"]) for line in recurring_lines(lines)],
        wishes | {"default_payment_method": method and method["id"]},
        trial_end_of(wishes, activity.now(session)),
    )
    put_discounts(activity, subscription, chosen_of(account, session))
    once = [line for line in lines if not line["price"]["recurring"]]
    items = sold_items(activity, customer, once, subscription)
    invoice = start_paid_subscription(activity, subscription, items, intent)
    session |= {"invoice": invoice["id"], "subscription": subscription["id"]}
