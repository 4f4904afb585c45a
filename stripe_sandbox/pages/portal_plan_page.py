"""The portal's steps to change a plan: choose, see what is due, confirm, ask the bank."""

from starlette.responses import Response
from starlette.routing import Route

from stripe_sandbox.accounts import Object
from stripe_sandbox.billing.discounting import Chosen, chosen_discounts, redeem
from stripe_sandbox.billing.pending_updates import give_up_pending_update
from stripe_sandbox.billing.plan_changes import (
    PlannedChange,
    make_portal_change,
    plan_portal_change,
    waiting_intent,
)
from stripe_sandbox.billing.self_service import (
    Wish,
    check_changeable,
    plans_of,
    wished_items,
)
from stripe_sandbox.billing.subscription_discounts import put_discounts
from stripe_sandbox.errors import StripeError, invalid_request
from stripe_sandbox.pages.portal_visits import Visit, go, go_on, name_of, step
from stripe_sandbox.pages.rendering import render
from stripe_sandbox.parameters import Integer
from stripe_sandbox.payments.confirming import finish_intent_authentication
from stripe_sandbox.resources.portal_configurations import products_of
from stripe_sandbox.resources.subscription_objects import items_of, method_of, period_of

FEATURE = "subscription_update"
LARGEST_QUANTITY = 999_999
# How long the amounts that a confirmation showed are charged as they were shown.
LONGEST_THOUGHT = 3600


def plan_routes() -> list[Route]:
    """Return the routes of these steps."""
    way = "/p/session/{session}/subscriptions/{subscription}/plan"
    return [
        Route(way, step(show_plans, FEATURE), methods=["GET"]),
        Route(f"{way}/confirm", step(ask_confirmation, FEATURE), methods=["GET"]),
        Route(f"{way}/confirm", step(change_plan, FEATURE), methods=["POST"]),
        Route(f"{way}/authenticate", step(ask_bank, FEATURE), methods=["GET"]),
        Route(f"{way}/authenticate", step(hear_bank, FEATURE), methods=["POST"]),
    ]


def show_plans(visit: Visit) -> Response:
    """Show the plans that the configuration offers."""
    subscription = visit.subscription()
    check_changeable(visit.account, subscription)
    return _choice(visit, subscription)


def _choice(
    visit: Visit, subscription: Object, status: int = 200, refusal: StripeError | None = None
) -> Response:
    plans = plans_of(visit.account, _products(visit), subscription)
    current = items_of(subscription)[0]
    if "price" not in visit.features[FEATURE]["default_allowed_updates"]:
        plans = [plan for plan in plans if plan.is_current]
    others = [plan for plan in plans if not plan.is_current]
    quantities = any(plan.quantity["enabled"] for plan in plans)
    return visit.page(
        "portal_plan.html",
        status,
        action=visit.address("subscriptions", subscription["id"], "plan", "confirm"),
        name=name_of(visit.account, subscription),
        plans=plans,
        current=current,
        chosen=visit.sent.get("price") or current["price"]["id"],
        quantity=visit.sent.get("quantity") or str(current["quantity"]),
        asks_quantity=quantities,
        can_choose=bool(others or quantities),
        refusal=refusal,
    )


def _products(visit: Visit) -> list[Object]:
    return products_of(visit.account, visit.configuration)


def ask_confirmation(visit: Visit) -> Response:
    """Show what a change costs today and later."""
    subscription = visit.subscription()
    check_changeable(visit.account, subscription)
    try:
        planned = _planned(visit, subscription, visit.activity.now(subscription))
    except StripeError as refusal:
        return _choice(visit, subscription, 400, refusal)
    return _confirmation(visit, subscription, planned)


def _planned(visit: Visit, subscription: Object, at: int) -> PlannedChange:
    rules, wish = visit.features[FEATURE], _wish(visit, subscription)
    items = wished_items(visit.account, rules, _products(visit), subscription, wish)
    now = visit.activity.now(subscription)
    return plan_portal_change(visit.account, subscription, items, rules, at=at, now=now)


def _wish(visit: Visit, subscription: Object) -> Wish:
    """Return what is wanted: by the session's flow, or by the form."""
    flow = visit.flow
    if flow and flow["type"] == "subscription_update_confirm":
        [item] = flow["subscription_update_confirm"]["items"]
        return Wish(item["price"], item["quantity"])
    current = items_of(subscription)[0]
    quantity = current["quantity"]
    if visit.sent.get("quantity"):
        kind = Integer(least=1, most=LARGEST_QUANTITY)
        quantity = kind.read(visit.sent["quantity"], "quantity")
    return Wish(visit.sent.get("price") or current["price"]["id"], quantity)


def _confirmation(
    visit: Visit,
    subscription: Object,
    planned: PlannedChange,
    status: int = 200,
    refusal: StripeError | None = None,
) -> Response:
    account = visit.account
    card = method_of(account, subscription, subscription["customer"])
    way = ("subscriptions", subscription["id"], "plan")
    is_flow = bool(visit.flow and visit.flow["type"] == "subscription_update_confirm")
    return visit.page(
        "portal_plan_confirm.html",
        status,
        action=visit.address(*way, "confirm"),
        other_plans=None if is_flow else visit.address(*way),
        before=items_of(subscription)[0],
        name_before=name_of(account, subscription),
        after=items_of(planned.change.after)[0],
        name_after=name_of(account, planned.change.after),
        planned=planned,
        currency=subscription["currency"],
        card=card["card"] if card else None,
        discounts=[coupon for coupon, _ in _discounts(visit, subscription)],
        refusal=refusal,
    )


def change_plan(visit: Visit) -> Response:
    """Make a change as it was shown, or ask the bank first."""
    subscription = visit.subscription()
    check_changeable(visit.account, subscription)
    planned = _planned(visit, subscription, _shown_at(visit, subscription))
    try:
        chosen = _discounts(visit, subscription)
        intent = make_portal_change(visit.activity, subscription, planned)
    except StripeError as refusal:
        return _confirmation(visit, subscription, planned, refusal.status, refusal)
    if intent:
        return go(visit.address("subscriptions", subscription["id"], "plan", "authenticate"))
    return _finish(visit, subscription, chosen)


def _shown_at(visit: Visit, subscription: Object) -> int:
    """Return the moment of which the confirmation showed the amounts."""
    now, start = visit.activity.now(subscription), period_of(subscription)[0]
    at = int(Integer().read(visit.sent.get("at") or str(now), "at"))
    if not max(start, now - LONGEST_THOUGHT) <= at <= now:
        raise invalid_request(
            "The amounts are not as they were shown any more. Please look at them again."
        )
    return at


def _discounts(visit: Visit, subscription: Object) -> list[Chosen]:
    """Return the discounts that the session's flow gives with the change."""
    flow = visit.flow
    confirmed = (flow or {}).get("subscription_update_confirm") or {}
    return chosen_discounts(
        visit.activity,
        confirmed.get("discounts"),
        "discounts",
        customer=visit.customer,
        currency=subscription["currency"],
    )


def _finish(visit: Visit, subscription: Object, chosen: list[Chosen]) -> Response:
    if chosen:
        before = dict(subscription)
        put_discounts(visit.activity, subscription, chosen)
        for coupon, code in chosen:
            redeem(visit.activity, coupon, code)
        visit.activity.emit_updated(subscription, before)
    return go_on(visit, "changed")


def ask_bank(visit: Visit) -> Response:
    """Play the bank that asks for 3-D Secure before the change is paid."""
    subscription = visit.subscription()
    intent = waiting_intent(visit.account, subscription)
    if intent is None:
        return go(visit.address())
    return render(
        "authenticate.html",
        action=visit.address("subscriptions", subscription["id"], "plan", "authenticate"),
        amount=intent["amount"],
        currency=intent["currency"],
        other_card=None,
    )


def hear_bank(visit: Visit) -> Response:
    """Take the person's answer; without the bank's consent the change is given up."""
    subscription = visit.subscription()
    intent = waiting_intent(visit.account, subscription)
    if intent is None:
        raise StripeError(409, "No change of this subscription waits for the bank any more.")
    chosen = _discounts(visit, subscription)
    try:
        passed = visit.sent.get("result") == "complete"
        finish_intent_authentication(visit.activity, intent, passed)
    except StripeError as refusal:
        give_up_pending_update(visit.activity, subscription)
        return _after_refusal(visit, subscription, refusal)
    return _finish(visit, subscription, chosen)


def _after_refusal(visit: Visit, subscription: Object, refusal: StripeError) -> Response:
    flow = visit.flow
    if flow and flow["type"] == "subscription_update_confirm":
        now = visit.activity.now(subscription)
        planned = _planned(visit, subscription, now)
        return _confirmation(visit, subscription, planned, refusal.status, refusal)
    return _choice(visit, subscription, refusal.status, refusal)
