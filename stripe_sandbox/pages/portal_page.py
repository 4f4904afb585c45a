"""The billing portal: what a customer has, and the ways to its steps."""

from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from stripe_sandbox.accounts import Object
from stripe_sandbox.billing.plan_changes import waiting_intent
from stripe_sandbox.billing.self_service import check_cancellable, check_changeable, is_allowed
from stripe_sandbox.pages.portal_cancel_page import cancel_routes
from stripe_sandbox.pages.portal_card_page import card_routes
from stripe_sandbox.pages.portal_details_page import details_routes
from stripe_sandbox.pages.portal_plan_page import plan_routes
from stripe_sandbox.pages.portal_visits import TOLD, Visit, go, name_of, step
from stripe_sandbox.payments.kept_cards import cards_of, pays_subscription
from stripe_sandbox.resources.subscription_objects import (
    is_live,
    items_of,
    method_of,
    period_of,
)

INVOICES_SHOWN = 24
# What subscriptions are called whose status says more than that they are active.
STATUSES = {
    "incomplete": "Waits for its first payment",
    "past_due": "Payment overdue",
    "paused": "Paused",
    "unpaid": "Unpaid",
}


def portal_routes() -> list[Route]:
    """Return the routes of the portal and of all its steps."""
    return [
        Route("/p/session/{session}", step(show_overview), methods=["GET"]),
        Route("/p/session/{session}/done", step(show_end), methods=["GET"]),
        *plan_routes(),
        *cancel_routes(),
        *card_routes(),
        *details_routes(),
    ]


def show_overview(visit: Visit) -> Response:
    """Show what the customer has; a session with a flow goes to its step instead."""
    if visit.flow:
        return go(_step_of(visit, visit.flow))
    if _ends_elsewhere(visit):
        return go(visit.address("done"))
    account, customer = visit.account, visit.customer
    own = [
        subscription
        for subscription in account.of_kind("subscription").values()
        if subscription["customer"] == customer["id"] and is_live(subscription)
    ]
    default = method_of(account, None, customer["id"])
    cards = [
        {
            "method": method,
            "is_default": method is default,
            "is_used": pays_subscription(account, customer, method),
        }
        for method in cards_of(account, customer)
        if method["type"] == "card"
    ]
    return visit.page(
        "portal.html",
        subscriptions=[_shown(visit, subscription) for subscription in own[::-1]],
        cards=cards[::-1],
        invoices=_invoices(visit)[::-1][:INVOICES_SHOWN],
        told=TOLD.get(visit.sent.get("told", "")),
    )


def _step_of(visit: Visit, flow: Object) -> str:
    kind: str = flow["type"]
    if kind == "customer_update":
        return visit.address("details")
    if kind == "payment_method_update":
        return visit.address("card")
    way = ("subscriptions", flow[kind]["subscription"])
    if kind == "subscription_cancel":
        return visit.address(*way, "cancel")
    last = ("plan", "confirm") if kind == "subscription_update_confirm" else ("plan",)
    return visit.address(*way, *last)


def _ends_elsewhere(visit: Visit) -> bool:
    """Tell whether the session was for one step only, which is done."""
    flow = visit.session["flow"]
    return bool(flow) and flow["after_completion"]["type"] != "portal_homepage"


def show_end(visit: Visit) -> Response:
    """Confirm that the one step of a session is done."""
    if visit.flow or not visit.session["flow"]:
        return go(visit.address())
    after = visit.session["flow"]["after_completion"]
    done = visit.account.details_of(visit.session["id"])["flow_done"]
    words = (after["hosted_confirmation"] or {}).get("custom_message")
    return visit.page("portal_done.html", told=TOLD[done], custom_message=words)


def _shown(visit: Visit, subscription: Object) -> dict[str, Any]:
    account, features = visit.account, visit.features
    [first, *others] = items_of(subscription)
    end = period_of(subscription)[1]
    card = method_of(account, subscription, subscription["customer"])
    updates = features["subscription_update"]["enabled"]
    cancels = features["subscription_cancel"]["enabled"]
    return {
        "id": subscription["id"],
        "name": name_of(account, subscription),
        "prices": [(item["price"], item["quantity"]) for item in [first, *others]],
        "status": STATUSES.get(subscription["status"]),
        "trial_end": subscription["trial_end"] if subscription["status"] == "trialing" else None,
        "ends_on": subscription["cancel_at"],
        "renews_on": end,
        "card": card,
        "waits_for_bank": waiting_intent(account, subscription) is not None,
        "can_change": updates and is_allowed(check_changeable, account, subscription),
        "can_cancel": cancels and is_allowed(check_cancellable, account, subscription),
        "can_resume": cancels and subscription["cancel_at"] is not None,
    }


def _invoices(visit: Visit) -> list[Object]:
    return [
        invoice
        for invoice in visit.account.of_kind("invoice").values()
        if invoice["customer"] == visit.customer["id"] and invoice["status"] != "draft"
    ]
