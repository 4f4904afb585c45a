"""The page a customer comes back to asks Stripe, and never grants by itself."""

from __future__ import annotations

from billing.actions import confirm_top_up, fulfil_top_up
from billing.gateway import CheckoutSession
from billing.models import TopUp, TopUpStatus
from billing.tests.stripe_account import StripeAccount
from billing.tests.test_fulfil_top_up import balance, entries
from billing.tests.threads import at_once
from wallet.models import Wallet


def test_the_return_page_grants_what_stripe_says_is_paid(
    paid: CheckoutSession, top_up: TopUp, wallet: Wallet
) -> None:
    assert confirm_top_up(top_up=top_up).is_paid
    assert balance(wallet) == 500


def test_the_return_page_grants_nothing_before_the_money_came(
    top_up: TopUp, wallet: Wallet
) -> None:
    assert confirm_top_up(top_up=top_up).is_pending
    assert balance(wallet) == 0


def test_the_return_page_notices_that_a_session_expired(
    top_up: TopUp, stripe_account: StripeAccount
) -> None:
    stripe_account.expire(top_up.stripe_session_id)
    assert confirm_top_up(top_up=top_up).status == TopUpStatus.EXPIRED


def test_the_page_and_the_event_at_once_grant_once(
    transactional_db: None, paid: CheckoutSession, top_up: TopUp, wallet: Wallet
) -> None:
    def credit(by: str) -> TopUp:
        return confirm_top_up(top_up=top_up) if by == "page" else fulfil_top_up(session=paid)

    at_once(credit, ["page", "event"] * 3)
    assert balance(wallet) == 500
    assert entries(wallet) == 1
