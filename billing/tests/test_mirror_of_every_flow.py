"""Whatever happens at Stripe, dj-stripe takes it in: every event, and every object by itself."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from djstripe import models as djstripe

from billing.actions import mirror_stripe_event
from billing.models import StripeEvent
from billing.tests.flows import EVERY_FLOW
from billing.tests.flows.steps import Flow, new_customer
from billing.tests.stripe_account import Deliveries, StripeAccount
from stripe_sandbox.tests.shop import Json, Shop

# What dj-stripe keeps of what the product deals with, and where Stripe lists it.
LISTED = {
    "Product": "/v1/products",
    "Price": "/v1/prices",
    "Customer": "/v1/customers",
    "SetupIntent": "/v1/setup_intents",
    "PaymentIntent": "/v1/payment_intents",
    "Charge": "/v1/charges",
    "BalanceTransaction": "/v1/balance_transactions",
    "Refund": "/v1/refunds",
    "Dispute": "/v1/disputes",
    "Session": "/v1/checkout/sessions",
    "Coupon": "/v1/coupons",
    "PromotionCode": "/v1/promotion_codes",
    "Subscription": "/v1/subscriptions?status=all",
    "SubscriptionSchedule": "/v1/subscription_schedules",
    "Invoice": "/v1/invoices",
    "InvoiceItem": "/v1/invoiceitems",
}
# What comes as part of another object, and its name there.
PARTS = {"SubscriptionItem": ("Subscription", "items"), "LineItem": ("Invoice", "lines")}
ALONE = ("Account", "PaymentMethod")
# dj-stripe takes no refunds from events; Stripe tells nothing of what is made only for one
# payment, nor of a Checkout that stays open.
UNTOLD = {"Refund", "BalanceTransaction", "Product", "Price", "Session"}
NO_DELAYS = dict.fromkeys(
    (
        *("charge_updated_delay", "dispute_delay", "refund_delay", "settlement_delay"),
        "invoice_payment_delay",
    ),
    0,
)

flows = pytest.mark.parametrize("flow", EVERY_FLOW, ids=lambda flow: flow.__name__)


@pytest.fixture
def shop(stripe_account: StripeAccount) -> Iterator[Shop]:
    """Return the site's own account at Stripe, seen by somebody who does what people do there."""
    stripe_account.switch(**NO_DELAYS)
    own = Shop(stripe_account.url, stripe_account.key)
    yield own
    own.close()


@flows
def test_every_event_is_mirrored(
    flow: Flow, shop: Shop, deliveries: Deliveries, caplog: pytest.LogCaptureFixture
) -> None:
    flow(shop)
    told = everything_at(shop, "/v1/events")[::-1]
    assert told
    for event in told:
        mirror(deliveries, event)
    assert not complaints(caplog)
    for name, path in LISTED.items():
        copies = copies_of(name)
        for thing in everything_at(shop, path):
            assert thing["id"] in copies or name in UNTOLD
            assert differences(copies.get(thing["id"], thing), thing) == {}


def mirror(deliveries: Deliveries, event: Json) -> None:
    """Deliver an event, and have dj-stripe take it in as the worker would."""
    assert deliveries.bring(event).status_code == 200
    row = StripeEvent.objects.get(event_id=event["id"])
    try:
        mirror_stripe_event(event_id=row.pk)
    except Exception as error:
        error.add_note(f"Taking in {event['type']}: {event['data']['object']}")
        raise


@flows
def test_every_object_is_copied_by_itself(
    flow: Flow, shop: Shop, db: None, caplog: pytest.LogCaptureFixture
) -> None:
    flow(shop)
    at_stripe = {name: everything_at(shop, path) for name, path in LISTED.items()}
    for name, (whole, within) in PARTS.items():
        at_stripe[name] = [part for each in at_stripe[whole] for part in each[within]["data"]]
    kinds = [name for name, things in at_stripe.items() if things]
    troubles = StringIO()
    call_command("djstripe_sync_models", *kinds, *ALONE, stdout=StringIO(), stderr=troubles)
    assert troubles.getvalue() == ""
    assert not complaints(caplog)
    for name, things in at_stripe.items():
        copies = copies_of(name)
        for thing in things:
            assert differences(copies[thing["id"]], thing) == {}
    assert djstripe.Account.objects.get().id == shop.stripe.accounts.retrieve_current().id


def test_what_is_deleted_at_stripe_is_deleted_here(shop: Shop, deliveries: Deliveries) -> None:
    coupon = shop.stripe.coupons.create({"percent_off": 10}).id
    product = shop.stripe.products.create({"name": "A mistake"}).id
    customer = new_customer(shop, "pm_card_visa")
    for event in everything_at(shop, "/v1/events")[::-1]:
        mirror(deliveries, event)
    assert djstripe.Coupon.objects.get().id == coupon
    assert djstripe.Product.objects.get().id == product
    assert djstripe.Customer.objects.get().date_purged is None
    shop.stripe.coupons.delete(coupon)
    shop.stripe.products.delete(product)
    shop.stripe.customers.delete(customer)
    for event in shop.events("coupon.deleted", "product.deleted", "customer.deleted"):
        mirror(deliveries, event)
    assert not djstripe.Coupon.objects.exists()
    assert not djstripe.Product.objects.exists()
    assert djstripe.Customer.objects.get().date_purged


def copies_of(name: str) -> dict[str, Json]:
    """Return dj-stripe's copies of one kind by their ids at Stripe."""
    model: Any = apps.get_model("djstripe", name)
    return dict(model.objects.values_list("id", "stripe_data"))


def everything_at(shop: Shop, path: str) -> list[Json]:
    """Return all that a list of Stripe's holds, the newest first."""
    found: list[Json] = []
    more = True
    while more:
        page = {"limit": "100"} | ({"starting_after": found[-1]["id"]} if found else {})
        answer = shop.call("GET", path, page).raise_for_status().json()
        found += answer["data"]
        more = answer["has_more"]
    return found


def differences(copy: Json, thing: Json) -> Json:
    """Return what is another in the copy, besides what is expanded in one of the two."""
    return {
        name: (copy.get(name), value)
        for name, value in thing.items()
        if not isinstance(value, dict | list) and not isinstance(copy.get(name), dict | list)
        if name not in copy or copy[name] != value
    }


def complaints(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what dj-stripe only noted in the log although it went wrong.

    It reads each object anew, so it is no trouble if one was deleted meanwhile.
    """
    noted = [
        record.getMessage()
        for record in caplog.records
        if record.name.startswith("djstripe") and record.levelno >= logging.WARNING
    ]
    gone = ("no longer exists on Stripe", "has been deleted upstream, in Stripe")
    return [message for message in noted if not message.endswith(gone)]
