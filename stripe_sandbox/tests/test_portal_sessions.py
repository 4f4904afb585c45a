"""Sessions of the portal: whom they are for, which flow they open, how long they live."""

from typing import Any

import pytest
import stripe

from stripe_sandbox.tests.portal import RETURN_URL, Portal, configure
from stripe_sandbox.tests.shop import Shop
from stripe_sandbox.tests.subscriber import Subscriber, item_of


@pytest.fixture
def buyer(shop: Shop) -> Subscriber:
    return Subscriber(shop)


def refusal(buyer: Subscriber, **wishes: Any) -> stripe.InvalidRequestError:
    sent: Any = {"customer": buyer.customer, **wishes}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        buyer.shop.stripe.billing_portal.sessions.create(sent)
    return refused.value


def about(kind: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, kind: more}


def wait(shop: Shop, minutes: int) -> None:
    headers = {"Authorization": f"Bearer {shop.key}"}
    sent = {"seconds": 60 * minutes}
    shop.http.post("/_sandbox/advance", json=sent, headers=headers).raise_for_status()


def test_a_session_has_an_address_and_tells_of_itself(buyer: Subscriber) -> None:
    """billing_portal.session.created is told when the session is made, not when it is used."""
    portal = Portal(buyer, configure(buyer), locale="de")
    session = portal.session
    assert session.url == f"{buyer.shop.url}/p/session/{session.id}"
    assert (session.customer, session.return_url) == (buyer.customer, RETURN_URL)
    assert (session.flow, session.locale) == (None, "de")
    assert buyer.told_since(0)[-1] == "billing_portal.session.created"
    assert portal.get().status_code == 200


def test_without_any_configuration_there_is_no_session(buyer: Subscriber) -> None:
    error = refusal(buyer)
    assert "test mode default configuration has not been created" in str(error)


def test_a_session_uses_the_default_configuration_unless_it_names_one(buyer: Subscriber) -> None:
    chosen = configure(buyer)
    refusal(buyer)
    headers = {"Authorization": f"Bearer {buyer.shop.key}"}
    sent = {"configuration": chosen}
    buyer.shop.http.post("/_sandbox/portal/default", json=sent, headers=headers)
    sessions = buyer.shop.stripe.billing_portal.sessions
    assert sessions.create({"customer": buyer.customer}).configuration == chosen


def test_an_inactive_configuration_makes_no_session(buyer: Subscriber) -> None:
    chosen = configure(buyer)
    buyer.shop.stripe.billing_portal.configurations.update(chosen, {"active": False})
    assert refusal(buyer, configuration=chosen).param == "configuration"


def test_an_unknown_customer_has_no_portal(buyer: Subscriber) -> None:
    error = refusal(buyer, configuration=configure(buyer), customer="cus_none")
    assert (error.param, error.code) == ("customer", "resource_missing")


def test_a_flow_is_shown_with_what_follows_it(buyer: Subscriber) -> None:
    subscription = buyer.subscribe()
    after = {"type": "redirect", "redirect": {"return_url": "https://shop.example/back"}}
    flow = about("subscription_cancel", subscription=subscription.id)
    portal = Portal(buyer, configure(buyer), flow_data=flow | {"after_completion": after})
    shown = portal.session.to_dict()["flow"]
    assert shown["after_completion"] == after | {"hosted_confirmation": None}
    assert shown["subscription_cancel"] == {"subscription": subscription.id, "retention": None}
    assert shown["subscription_update"] is None
    opened = portal.get()
    assert opened.headers["location"] == f"{portal.path}/subscriptions/{subscription.id}/cancel"


def test_a_flow_needs_its_feature_to_be_on(buyer: Subscriber) -> None:
    subscription = buyer.subscribe()
    chosen = configure(
        buyer,
        subscription_update={"enabled": False},
        payment_method_update={"enabled": False},
    )
    for flow in (
        about("subscription_update", subscription=subscription.id),
        {"type": "payment_method_update"},
    ):
        error = refusal(buyer, configuration=chosen, flow_data=flow)
        assert "feature in the portal configuration is disabled" in str(error)


def test_a_flow_is_about_the_customers_own_subscription(buyer: Subscriber) -> None:
    other = Subscriber(buyer.shop).subscribe()
    flow = about("subscription_cancel", subscription=other.id)
    error = refusal(buyer, configuration=configure(buyer), flow_data=flow)
    assert error.param == "flow_data[subscription_cancel][subscription]"


def test_what_is_canceled_already_cannot_be_canceled_again(buyer: Subscriber) -> None:
    subscription, chosen = buyer.subscribe(), configure(buyer)
    buyer.shop.stripe.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    for kind in ("subscription_cancel", "subscription_update"):
        flow = about(kind, subscription=subscription.id)
        error = refusal(buyer, configuration=chosen, flow_data=flow)
        assert "set to be canceled" in str(error)


def test_a_confirmation_must_have_something_to_confirm(buyer: Subscriber) -> None:
    subscription, chosen = buyer.subscribe(), configure(buyer)
    item, other = item_of(subscription)["id"], buyer.price("Unlisted", 100)
    for wrong in (
        {"id": item, "price": buyer.prices["starter"]},
        {"id": item, "price": other},
        {"id": item, "price": buyer.prices["professional"], "quantity": 2},
        {"id": "si_none", "price": buyer.prices["professional"]},
    ):
        flow = about("subscription_update_confirm", subscription=subscription.id, items=[wrong])
        error = refusal(buyer, configuration=chosen, flow_data=flow)
        assert str(error.param).startswith("flow_data[subscription_update_confirm][items][0]")


def test_a_session_expires_an_hour_after_its_last_use(buyer: Subscriber) -> None:
    portal = Portal(buyer, configure(buyer))
    assert portal.get().status_code == 200
    wait(buyer.shop, minutes=59)
    assert portal.get().status_code == 200
    wait(buyer.shop, minutes=61)
    late = portal.get()
    assert late.status_code == 410 and "This link has expired" in late.text
    assert f'href="{RETURN_URL}"' in late.text
    assert portal.post("/card", test_card="4242424242424242").status_code == 410


def test_an_unopened_session_expires_after_five_minutes(buyer: Subscriber) -> None:
    portal = Portal(buyer, configure(buyer))
    wait(buyer.shop, minutes=6)
    assert portal.get().status_code == 410


def test_an_unknown_session_says_so(shop: Shop) -> None:
    for path in ("/p/session/bps_none", "/p/session/cus_none/card"):
        answer = shop.http.get(path)
        assert answer.status_code == 404 and "There is no such billing portal" in answer.text
