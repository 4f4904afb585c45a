"""What customers may do on the portal is configured."""

from typing import Any

import pytest
import stripe

from stripe_sandbox.tests.portal import configure, features_of
from stripe_sandbox.tests.shop import Json, Shop
from stripe_sandbox.tests.subscriber import Subscriber

Configurations = Any
PRODUCTS = "features.subscription_update.products"


@pytest.fixture
def buyer(shop: Shop) -> Subscriber:
    return Subscriber(shop)


def create(shop: Shop, **features: Any) -> Json:
    wishes: Any = {"features": features}
    return shop.stripe.billing_portal.configurations.create(wishes).to_dict()


def update(shop: Shop, configuration_id: str, **wishes: Any) -> Json:
    changed = shop.stripe.billing_portal.configurations.update(configuration_id, wishes)  # type: ignore[arg-type]
    return changed.to_dict()


def refusal(shop: Shop, **features: Any) -> stripe.InvalidRequestError:
    before = shop.event_types()
    with pytest.raises(stripe.InvalidRequestError) as refused:
        create(shop, **features)
    assert shop.event_types() == before
    return refused.value


def test_features_are_off_unless_they_are_turned_on(shop: Shop) -> None:
    made = create(shop, invoice_history={"enabled": True})
    assert (made["active"], made["is_default"]) == (True, False)
    on = [name for name, feature in made["features"].items() if feature["enabled"]]
    assert on == ["invoice_history"]
    assert made["features"]["subscription_cancel"]["mode"] == "at_period_end"
    assert made["features"]["subscription_update"]["trial_update_behavior"] == "end_trial"
    assert shop.event_types() == ["billing_portal.configuration.created"]


def test_products_are_hidden_unless_they_are_expanded(buyer: Subscriber) -> None:
    configurations = buyer.shop.stripe.billing_portal.configurations
    configuration_id = configure(buyer)
    hidden = configurations.retrieve(configuration_id).to_dict()
    assert "products" not in hidden["features"]["subscription_update"]
    shown = configurations.retrieve(configuration_id, {"expand": [PRODUCTS]}).to_dict()
    products = shown["features"]["subscription_update"]["products"]
    assert [each["prices"] for each in products] == [[each] for each in buyer.prices.values()]
    assert products[0]["adjustable_quantity"] == {"enabled": False, "maximum": None, "minimum": 1}


def test_a_change_keeps_what_it_does_not_name(buyer: Subscriber) -> None:
    configuration_id = configure(buyer)
    changed = update(
        buyer.shop,
        configuration_id,
        features={"subscription_cancel": {"mode": "immediately"}},
        business_profile={"headline": "Credits"},
        metadata={"team": "billing"},
    )
    assert changed["features"]["subscription_cancel"]["enabled"] is True
    assert changed["features"]["subscription_cancel"]["mode"] == "immediately"
    assert changed["business_profile"]["headline"] == "Credits"
    event = buyer.shop.wait_for_event("billing_portal.configuration.updated")
    assert event["data"]["previous_attributes"]["features"] == {
        "subscription_cancel": {"mode": "at_period_end"}
    }


def test_configurations_are_listed_by_whether_they_are_active(shop: Shop) -> None:
    first, second = (create(shop, invoice_history={"enabled": True})["id"] for _ in "ab")
    update(shop, first, active=False)
    configurations = shop.stripe.billing_portal.configurations
    assert [each.id for each in configurations.list().data] == [second, first]
    assert [each.id for each in configurations.list({"active": True}).data] == [second]
    assert configurations.list({"is_default": True}).data == []


def test_the_dashboard_chooses_the_default_which_stays_active(shop: Shop) -> None:
    chosen = create(shop, invoice_history={"enabled": True})["id"]
    headers = {"Authorization": f"Bearer {shop.key}"}
    sent = {"configuration": chosen}
    answer = shop.http.post("/_sandbox/portal/default", json=sent, headers=headers)
    assert answer.json()["configuration"]["is_default"] is True
    configurations = shop.stripe.billing_portal.configurations
    assert [each.id for each in configurations.list({"is_default": True}).data] == [chosen]
    with pytest.raises(stripe.InvalidRequestError) as refused:
        update(shop, chosen, active=False)
    assert refused.value.param == "active"


def test_plan_changes_need_products_to_change_to(buyer: Subscriber) -> None:
    updates = features_of(buyer)["subscription_update"]
    for name in ("default_allowed_updates", "products"):
        rest = {key: value for key, value in updates.items() if key != name}
        error = refusal(buyer.shop, subscription_update=rest)
        assert error.param == f"features[subscription_update][{name}]"


def test_a_price_must_be_recurring_and_of_its_product(buyer: Subscriber) -> None:
    updates = features_of(buyer)["subscription_update"]
    [first, second, _] = updates["products"]
    once = buyer.shop.stripe.prices.create(
        {"product": first["product"], "currency": "usd", "unit_amount": 500}
    )
    for wrong in (second["prices"][0], once.id, "price_none"):
        products = [{"product": first["product"], "prices": [wrong]}]
        error = refusal(buyer.shop, subscription_update=updates | {"products": products})
        assert error.param == "features[subscription_update][products][0][prices][0]"


def test_prorations_of_a_cancellation_go_with_an_immediate_one_only(shop: Shop) -> None:
    feature = {"enabled": True, "mode": "immediately", "proration_behavior": "create_prorations"}
    assert create(shop, subscription_cancel=feature)["features"]["subscription_cancel"]["enabled"]
    for wrong in ({"mode": "at_period_end"}, {"proration_behavior": "always_invoice"}):
        error = refusal(shop, subscription_cancel=feature | wrong)
        assert error.param == "features[subscription_cancel][proration_behavior]"


def test_what_the_pages_cannot_do_is_refused_by_name(buyer: Subscriber) -> None:
    updates = features_of(buyer)["subscription_update"]
    for wrong in (
        {"default_allowed_updates": ["price", "promotion_code"]},
        {"schedule_at_period_end": {"conditions": [{"type": "shortening_interval"}]}},
    ):
        assert "sandbox" in str(refusal(buyer.shop, subscription_update=updates | wrong))
    customer = {"enabled": True, "allowed_updates": ["tax_id"]}
    assert "tax_id" in str(refusal(buyer.shop, customer_update=customer))
