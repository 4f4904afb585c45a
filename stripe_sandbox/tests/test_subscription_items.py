"""Items of subscriptions: quantities change, items come and go."""

import pytest
import stripe

from stripe_sandbox.tests.shop import Shop
from stripe_sandbox.tests.subscriber import Subscriber, item_of


@pytest.fixture
def buyer(shop: Shop) -> Subscriber:
    return Subscriber(shop)


def test_quantities_change_and_items_come_and_go(buyer: Subscriber) -> None:
    subscription = buyer.subscribe()
    api, first = buyer.shop.stripe.subscriptions, item_of(subscription)["id"]
    changed = api.update(
        subscription.id,
        {
            "items": [
                {"id": first, "quantity": 3},
                {"price": buyer.prices["professional"], "metadata": {"seat": "extra"}},
            ],
            "proration_behavior": "none",
        },
    )
    assert [each.quantity for each in changed["items"].data] == [3, 1]
    changed = api.update(
        subscription.id,
        {"items": [{"id": first, "deleted": True}], "proration_behavior": "none"},
    )
    assert item_of(changed.to_dict())["metadata"] == {"seat": "extra"}
    with pytest.raises(stripe.InvalidRequestError):
        api.update(subscription.id, {"items": [{"id": item_of(changed)["id"], "deleted": True}]})


def test_items_have_an_address_of_their_own(buyer: Subscriber) -> None:
    subscription = buyer.subscribe()
    api = buyer.shop.stripe.subscription_items
    added = api.create(
        {
            "subscription": subscription.id,
            "price": buyer.prices["professional"],
            "proration_behavior": "none",
        }
    )
    assert [each.id for each in api.list({"subscription": subscription.id})] == [
        added.id,
        item_of(subscription)["id"],
    ]
    changed = api.update(added.id, {"quantity": 2, "metadata": {"seat": "extra"}})
    assert changed.to_dict()["metadata"] == {"seat": "extra"}
    assert api.retrieve(added.id).quantity == 2
    assert api.delete(added.id).deleted
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.retrieve(added.id)
    assert refused.value.http_status == 404
    with pytest.raises(stripe.InvalidRequestError):
        api.delete(item_of(subscription)["id"])
