"""A top-up nobody pays for expires; money that comes all the same decides."""

from __future__ import annotations

from collections.abc import Callable

from billing.actions import expire_top_up, fulfil_top_up
from billing.gateway import CheckoutSession
from billing.models import StripeEvent, TopUp, TopUpStatus
from billing.tests.stripe_account import Deliveries, StripeAccount
from billing.tests.test_fulfil_top_up import balance, delayed
from wallet.models import Wallet


def test_money_that_comes_after_the_top_up_expired_is_granted(
    paid: CheckoutSession, top_up: TopUp, wallet: Wallet
) -> None:
    assert expire_top_up(top_up=top_up).status == TopUpStatus.EXPIRED
    assert fulfil_top_up(session=paid).is_paid
    assert balance(wallet) == 500


def test_a_paid_top_up_does_not_expire(paid: CheckoutSession, top_up: TopUp) -> None:
    fulfil_top_up(session=paid)
    assert expire_top_up(top_up=top_up).is_paid


def test_an_expired_session_expires_its_top_up(
    top_up: TopUp,
    stripe_account: StripeAccount,
    deliveries: Deliveries,
    process_waiting: Callable[[], list[StripeEvent]],
) -> None:
    stripe_account.expire(top_up.stripe_session_id)
    deliveries.bring(stripe_account.event("checkout.session.expired"))
    (event,) = process_waiting()
    assert event.state == "processed"
    top_up.refresh_from_db()
    assert top_up.status == TopUpStatus.EXPIRED


def test_a_delayed_payment_that_fails_expires_its_top_up(
    paid: CheckoutSession,
    top_up: TopUp,
    stripe_account: StripeAccount,
    deliveries: Deliveries,
    process_waiting: Callable[[], list[StripeEvent]],
) -> None:
    completed = stripe_account.event("checkout.session.completed")
    failed = delayed(completed)[0] | {"type": "checkout.session.async_payment_failed"}
    deliveries.bring(failed)
    process_waiting()
    top_up.refresh_from_db()
    assert top_up.status == TopUpStatus.EXPIRED
