"""The portal's steps to cancel a subscription, and to take that back."""

from starlette.responses import Response
from starlette.routing import Route

from stripe_sandbox.accounts import Object
from stripe_sandbox.billing.cancelling import end_now, end_with_period, keep_going
from stripe_sandbox.billing.changing import unused_time
from stripe_sandbox.billing.phases import schedule_of
from stripe_sandbox.billing.self_service import check_cancellable
from stripe_sandbox.errors import invalid_request
from stripe_sandbox.pages.portal_visits import Visit, go_on, name_of, step
from stripe_sandbox.resources.subscription_objects import is_live, items_of, period_of

LONGEST_COMMENT = 5000
FEATURE = "subscription_cancel"
REASONS = {
    "customer_service": "The customer service was less than I expected",
    "low_quality": "The quality was less than I expected",
    "missing_features": "Some features are missing",
    "other": "Another reason",
    "switched_service": "I found another service",
    "too_complex": "It is too hard to use",
    "too_expensive": "It is too expensive",
    "unused": "I do not use it enough",
}


def cancel_routes() -> list[Route]:
    """Return the routes of these steps."""
    way = "/p/session/{session}/subscriptions/{subscription}"
    return [
        Route(f"{way}/cancel", step(ask_cancellation, FEATURE), methods=["GET"]),
        Route(f"{way}/cancel", step(cancel, FEATURE), methods=["POST"]),
        Route(f"{way}/resume", step(ask_resumption, FEATURE), methods=["GET"]),
        Route(f"{way}/resume", step(resume, FEATURE), methods=["POST"]),
    ]


def ask_cancellation(visit: Visit) -> Response:
    """Say what cancelling means, and ask for the reason if the shop wants it."""
    subscription = visit.subscription()
    check_cancellable(visit.account, subscription)
    feature, end = visit.features[FEATURE], period_of(subscription)[1]
    reasons = feature["cancellation_reason"]
    at_once = feature["mode"] == "immediately"
    return visit.page(
        "portal_cancel.html",
        action=visit.address("subscriptions", subscription["id"], "cancel"),
        subscription=subscription,
        name=name_of(visit.account, subscription),
        at_once=at_once,
        ends_on=end,
        credit=_credit(visit, subscription) if at_once else 0,
        reasons=[(each, REASONS[each]) for each in reasons["options"]]
        if reasons["enabled"]
        else [],
        longest_comment=LONGEST_COMMENT,
    )


def _credit(visit: Visit, subscription: Object) -> int:
    """Return what is credited for unused time, in cents."""
    prorates = visit.features[FEATURE]["proration_behavior"] == "create_prorations"
    if not prorates or subscription["status"] == "trialing":
        return 0
    unused = unused_time(visit.account, subscription, visit.activity.now(subscription))
    return -sum(int(item["amount"]) for item in unused)


def cancel(visit: Visit) -> Response:
    """Cancel a subscription as the configuration says."""
    subscription, feature = visit.subscription(), visit.features[FEATURE]
    check_cancellable(visit.account, subscription)
    details = _details(visit, feature["cancellation_reason"])
    if feature["mode"] == "immediately":
        prorates = feature["proration_behavior"] == "create_prorations"
        end_now(visit.activity, subscription, details, prorates=prorates, invoices=False)
    else:
        end_with_period(visit.activity, subscription, details)
    return go_on(visit, "canceled")


def _details(visit: Visit, reasons: Object) -> Object:
    """Return what the customer said of the reason, where the shop asks for it."""
    feedback, comment = visit.sent.get("feedback"), visit.sent.get("comment", "")
    if not reasons["enabled"]:
        return {}
    if feedback and feedback not in reasons["options"]:
        raise invalid_request("The shop does not offer this reason.")
    return {"comment": comment[:LONGEST_COMMENT] or None, "feedback": feedback or None}


def ask_resumption(visit: Visit) -> Response:
    """Say what a subscription costs when it goes on."""
    subscription = visit.subscription()
    _check_resumable(visit, subscription)
    return visit.page(
        "portal_resume.html",
        action=visit.address("subscriptions", subscription["id"], "resume"),
        name=name_of(visit.account, subscription),
        prices=[(item["price"], item["quantity"]) for item in items_of(subscription)],
        ends_on=subscription["cancel_at"],
        renews_on=period_of(subscription)[1],
    )


def resume(visit: Visit) -> Response:
    """Take back that a subscription shall end."""
    subscription = visit.subscription()
    _check_resumable(visit, subscription)
    keep_going(visit.activity, subscription)
    return go_on(visit, "kept")


def _check_resumable(visit: Visit, subscription: Object) -> None:
    if not is_live(subscription) or subscription["cancel_at"] is None:
        raise invalid_request("This subscription is not set to be canceled.")
    if schedule_of(visit.account, subscription):
        raise invalid_request("This subscription is managed by a schedule.")
