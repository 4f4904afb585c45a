"""The discounts of a subscription: given, replaced, used up."""

from collections.abc import Sequence

from stripe_sandbox.accounts import Object
from stripe_sandbox.activity import Activity
from stripe_sandbox.billing.discounting import Chosen, coupon_of, new_discount


def put_discounts(activity: Activity, subscription: Object, chosen: Sequence[Chosen]) -> None:
    """Give a subscription more discounts, and tell of each.

    What it begins with begins with it, to the second: months of a discount end with its periods.
    """
    begins = subscription["latest_invoice"] is None
    start = subscription["start_date"] if begins else activity.now(subscription)
    discounts = [
        new_discount(
            activity,
            coupon,
            promotion_code,
            start=start,
            customer=subscription["customer"],
            subscription=subscription["id"],
        )
        for coupon, promotion_code in chosen
    ]
    new_ids = [discount["id"] for discount in discounts]
    subscription["discounts"] = [*subscription["discounts"], *new_ids]
    for discount in discounts:
        activity.emit("customer.discount.created", discount)


def drop_ended_discounts(activity: Activity, subscription: Object) -> None:
    """Take off the discounts whose time is over."""
    now = activity.now(subscription)
    for discount_id in subscription["discounts"]:
        end = activity.account.get("discount", discount_id)["end"]
        if end is not None and end <= now:
            drop_discount(activity, subscription, discount_id)


def drop_used_discounts(activity: Activity, subscription: Object) -> None:
    """Take off the discounts that are for one invoice only."""
    for discount_id in subscription["discounts"]:
        if coupon_of(activity.account, discount_id)["duration"] == "once":
            drop_discount(activity, subscription, discount_id)


def drop_discount(activity: Activity, subscription: Object, discount_id: str) -> None:
    """Take a discount from a subscription; invoices that had it keep it."""
    subscription["discounts"] = [each for each in subscription["discounts"] if each != discount_id]
    activity.emit("customer.discount.deleted", activity.account.get("discount", discount_id))
