"""What is for sale, as Stripe lists it: products and recurring prices."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import stripe

from billing.gateway.client import client, refusals

if TYPE_CHECKING:
    from stripe.params import CouponCreateParams, PriceCreateParams


@dataclass(frozen=True)
class PriceRequest:
    """A recurring price. `key` makes a repetition return the first one."""

    key: str
    product_id: str
    price_cents: int
    currency: str
    interval: str
    reference: str


def create_product(*, name: str, reference: str, key: str) -> str:
    """Make a product at Stripe and return its id; the same `key` returns the first one."""
    with refusals():
        made = client().v1.products.create(
            {"name": name, "metadata": {"package": reference}}, {"idempotency_key": key}
        )
    return made.id


def rename_product(product_id: str, *, name: str) -> None:
    """Change what invoices and the portal call a product."""
    with refusals():
        client().v1.products.update(product_id, {"name": name})


def create_price(request: PriceRequest) -> str:
    """Make a price at Stripe and return its id.

    Raises `StripeObjectMissing` where Stripe does not know the product.
    """
    params = {
        "product": request.product_id,
        "currency": request.currency,
        "unit_amount": request.price_cents,
        "recurring": {"interval": request.interval},
        "metadata": {"package_version": request.reference},
    }
    with refusals():
        made = client().v1.prices.create(
            cast("PriceCreateParams", params), {"idempotency_key": request.key}
        )
    return made.id


@dataclass(frozen=True)
class CouponRequest:
    """A sum taken off each of the first payments, for so many months; `id` is ours."""

    id: str
    name: str
    off_cents: int
    currency: str
    months: int


def ensure_coupon(request: CouponRequest) -> None:
    """Make a coupon at Stripe unless there is one of this id."""
    params: CouponCreateParams = {
        "id": request.id,
        "name": request.name,
        "amount_off": request.off_cents,
        "currency": request.currency,
        "duration": "once",
    }
    if request.months > 1:
        params |= {"duration": "repeating", "duration_in_months": request.months}
    with refusals(), _once():
        client().v1.coupons.create(params)


@contextmanager
def _once() -> Iterator[None]:
    """Let it be where Stripe has the object already."""
    try:
        yield
    except stripe.InvalidRequestError as error:
        if error.code != "resource_already_exists":
            raise
