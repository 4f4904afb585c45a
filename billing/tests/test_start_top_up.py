"""Start a top-up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models import F
from pytest_django import Settings

from billing.actions import StartedTopUp, start_top_up
from billing.errors import StripeRefused, StripeUnavailable, TopUpOutOfRange
from billing.models import StripeCustomer, TopUp, TopUpStatus
from billing.tests.stripe_account import StripeAccount
from billing.tests.threads import at_once
from creditsite.accounts.models import User
from creditsite.kernel import clock
from creditsite.kernel.actor import Actor
from creditsite.kernel.errors import IdempotencyKeyReused
from wallet.actions import pause_system, resume_system
from wallet.errors import SystemPaused, WalletClosed
from wallet.models import Wallet

Start = Callable[..., StartedTopUp]
NOBODY_LISTENS = "http://127.0.0.1:9"


@pytest.fixture
def start(stripe_account: StripeAccount, wallet: Wallet, customer: User) -> Start:
    def start(credits: str = "500", key: str = "") -> StartedTopUp:
        return start_top_up(
            wallet=wallet, credits=Decimal(credits), actor=customer.actor, idempotency_key=key
        )

    return start


def test_checkout_charges_exactly_the_quote(start: Start, stripe_account: StripeAccount) -> None:
    top_up = start("123.4567").top_up
    session = stripe_account.session(top_up.stripe_session_id)
    assert session["amount_total"] == top_up.total_cents == top_up.quote["total_cents"] == 1173
    assert session["currency"] == "usd"
    assert session["url"] == top_up.checkout_url
    assert session["client_reference_id"] == session["metadata"]["top_up"] == str(top_up.pk)


def test_a_started_top_up_is_pending_and_grants_nothing(start: Start, wallet: Wallet) -> None:
    top_up = start().top_up
    assert top_up.status == TopUpStatus.PENDING
    assert top_up.actor == str(wallet.customer.actor)
    wallet.refresh_from_db()
    assert wallet.balance == 0


def test_checkout_ends_half_an_hour_and_a_margin_after_the_start(
    start: Start, stripe_account: StripeAccount
) -> None:
    top_up = start().top_up
    assert timedelta(minutes=30) < top_up.expires_at - top_up.created_at < timedelta(minutes=33)
    session = stripe_account.session(top_up.stripe_session_id)
    assert session["expires_at"] == int(top_up.expires_at.timestamp())


def test_a_retry_returns_the_same_top_up_and_page(
    start: Start, stripe_account: StripeAccount
) -> None:
    first, again = start(key="k"), start("500.0000", key="k")
    assert (first.replayed, again.replayed) == (False, True)
    assert first.top_up == again.top_up
    assert first.top_up.checkout_url == again.top_up.checkout_url
    assert len(stripe_account.sessions()) == 1


def test_a_key_stands_for_one_request(start: Start) -> None:
    start(key="k")
    with pytest.raises(IdempotencyKeyReused):
        start("501", key="k")
    assert TopUp.objects.count() == 1


def test_a_key_of_another_wallet_is_another_key(start: Start, stranger: User) -> None:
    mine = start(key="k")
    theirs = start_top_up(
        wallet=Wallet.objects.get(customer=stranger),
        credits=Decimal(700),
        actor=stranger.actor,
        idempotency_key="k",
    )
    assert not theirs.replayed
    assert theirs.top_up != mine.top_up


def test_without_a_key_every_start_is_a_new_top_up(start: Start) -> None:
    assert start().top_up != start().top_up


def test_the_same_key_at_once_is_one_top_up_and_one_page(
    transactional_db: None, start: Start, stripe_account: StripeAccount
) -> None:
    pressed = at_once(lambda key: start(key=key).top_up, ["k"] * 6)
    assert len({top_up.pk for top_up in pressed}) == 1
    assert len({top_up.checkout_url for top_up in pressed}) == 1
    assert len(stripe_account.sessions()) == 1
    assert StripeCustomer.objects.count() == 1


def forget_session(top_up: TopUp) -> None:
    """Leave the row as a crash between Stripe's answer and our saving it would."""
    TopUp.objects.filter(pk=top_up.pk).update(stripe_session_id=None, checkout_url="")


def test_a_crash_before_the_session_was_saved_is_made_good_by_a_retry(
    start: Start, stripe_account: StripeAccount
) -> None:
    first = start(key="k").top_up
    forget_session(first)
    again = start(key="k").top_up
    assert again.stripe_session_id == first.stripe_session_id
    assert again.checkout_url == first.checkout_url
    assert len(stripe_account.sessions()) == 1


def test_a_crash_before_stripe_was_asked_is_made_good_by_a_late_retry(
    start: Start, settings: Settings, stripe_account: StripeAccount
) -> None:
    settings.STRIPE_API_BASE = NOBODY_LISTENS
    with pytest.raises(StripeUnavailable):
        start(key="k")
    settings.STRIPE_API_BASE = stripe_account.url
    # By now Stripe wants a later end than the row says.
    TopUp.objects.update(expires_at=clock.now() + timedelta(minutes=10))
    again = start(key="k").top_up
    assert again.is_pending
    assert again.checkout_url
    assert again.expires_at > clock.now() + timedelta(minutes=30)


def test_a_retry_after_the_quote_ended_opens_no_page(
    start: Start, stripe_account: StripeAccount
) -> None:
    first = start(key="k").top_up
    forget_session(first)
    TopUp.objects.update(expires_at=F("created_at") + timedelta(microseconds=1))
    again = start(key="k")
    assert again.replayed
    assert again.top_up.status == TopUpStatus.EXPIRED
    assert again.top_up.checkout_url == ""
    assert len(stripe_account.sessions()) == 1


def test_a_customer_that_stripe_lost_is_made_anew(
    start: Start, stripe_account: StripeAccount
) -> None:
    lost = start().top_up
    old = StripeCustomer.objects.get().stripe_id
    stripe_account.reset()
    found = start().top_up
    assert found.checkout_url and found.checkout_url != lost.checkout_url
    assert StripeCustomer.objects.get().stripe_id != old


def test_stripe_knows_the_customer_by_address_and_log_in(
    start: Start, stripe_account: StripeAccount, customer: User
) -> None:
    start()
    start()
    (known,) = stripe_account.call("GET", "/v1/customers")["data"]
    assert known["email"] == customer.email
    assert known["metadata"] == {"djstripe_subscriber": str(customer.pk)}


@pytest.mark.parametrize("credits", ["9.9999", "100000.0001", "NaN"])
def test_what_is_not_for_sale_leaves_nothing_behind(
    start: Start, credits: str, stripe_account: StripeAccount
) -> None:
    with pytest.raises(TopUpOutOfRange):
        start(credits, key="k")
    assert not TopUp.objects.exists()
    assert not stripe_account.sessions()


def test_a_closed_wallet_buys_nothing(start: Start, wallet: Wallet) -> None:
    Wallet.objects.filter(pk=wallet.pk).update(status="closed")
    wallet.refresh_from_db()
    with pytest.raises(WalletClosed):
        start()
    assert not TopUp.objects.exists()


def test_while_stripe_is_down_nothing_is_charged_and_a_retry_goes_on(
    start: Start, settings: Settings, stripe_account: StripeAccount
) -> None:
    settings.STRIPE_API_BASE = NOBODY_LISTENS
    with pytest.raises(StripeUnavailable) as down:
        start(key="k")
    assert down.value.retry_after
    assert TopUp.objects.get().is_pending
    settings.STRIPE_API_BASE = stripe_account.url
    again = start(key="k")
    assert again.replayed
    assert again.top_up.checkout_url
    assert TopUp.objects.count() == 1


def test_a_wrong_key_is_the_operators_trouble(start: Start, settings: Settings) -> None:
    settings.STRIPE_SECRET_KEY = "sk_live_0123456789abcdefghijklmnop"
    with pytest.raises(StripeRefused) as refused:
        start()
    assert "sk_live" not in refused.value.detail


def test_a_paused_system_sells_nothing(start: Start, settings: Settings) -> None:
    pause_system(reason="The database moves", actor=Actor.system("test"))
    with pytest.raises(SystemPaused) as refusal:
        start()
    assert refusal.value.retry_after
    assert "The database moves. Nothing was spent or charged." in refusal.value.detail
    resume_system(actor=Actor.system("test"))
    settings.CREDIT_SYSTEM_ENABLED = False
    with pytest.raises(SystemPaused):
        start()
    assert not TopUp.objects.exists()
