"""Mails about what happened to a wallet."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from smtplib import SMTPRecipientsRefused
from threading import Barrier
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from pytest_django import Settings

from creditsite.accounts.models import User
from creditsite.kernel import clock
from wallet.actions import (
    close_wallet,
    grant_credits,
    open_wallet,
    pause_wallet,
    resume_wallet,
    set_limit,
)
from wallet.actions.alerts import set_alerts, watch_run_out
from wallet.actions.expiry_notices import watch_expiry
from wallet.actions.mail_texts import TEXTS
from wallet.actions.mails import mail_events
from wallet.models import EventKind, GrantSource, LimitPeriod, Service, Wallet, WalletEvent
from wallet.reports.forecast import forecasts
from wallet.tests.conftest import ACTOR
from wallet.tests.model.reading import told
from wallet.tests.model.steps import capture, grant, hold, spend

pytestmark = pytest.mark.usefixtures("service")

REFUSED = "refused@example.com"


class PickyBackend(EmailBackend):
    """A mail server that takes nothing for one address."""

    def send_messages(self, messages: Any) -> int:
        if any(REFUSED in message.to for message in messages):
            raise SMTPRecipientsRefused({REFUSED: (550, b"unknown")})
        return super().send_messages(messages)


def subjects() -> list[str]:
    return [str(message.subject) for message in mail.outbox]


def html_of(message: EmailMessage) -> str:
    (part,) = message.alternatives  # type: ignore[attr-defined]
    return str(part[0])


def test_a_low_balance_is_mailed_once_as_text_and_as_html(
    wallet: Wallet, customer: User, settings: Settings
) -> None:
    settings.SITE_URL = "https://credits.example.com"
    grant(wallet, "100")
    spend(wallet, "58.75")
    assert mail_events() == 1
    assert mail_events() == 0
    (message,) = mail.outbox
    assert message.to == [customer.email]
    assert message.subject == "Your credits are running low"
    for text in (message.body, html_of(message)):
        assert "41.25 credits are left" in text and "fewer than 50.00" in text
        assert "https://credits.example.com/billing/top-up/" in text
        assert "https://credits.example.com/wallet/alerts/" in text
    assert not WalletEvent.objects.filter(mailed_at=None).exists()


def test_every_kind_that_is_mailed_has_its_text(wallet: Wallet, service: Service) -> None:
    grant(wallet, "100")
    set_alerts(wallet=wallet, below=Decimal(30), days=3, expiry_days=5, limits=True)
    limit = set_limit(wallet=wallet, period=LimitPeriod.DAY, credits=Decimal(100), service=service)
    spend(wallet, "80")
    mail_events()
    spend(wallet, "20")
    watch_run_out(outlooks=forecasts)
    mail_events()
    grant_credits(
        wallet=wallet,
        credits=Decimal(5),
        source=GrantSource.PROMOTION,
        expires_at=clock.now() + timedelta(days=4),
        idempotency_key="lapses",
        actor=ACTOR,
    )
    watch_expiry()
    mail_events()
    pause_wallet(wallet=wallet, reason="Card reported <stolen>", actor=ACTOR)
    mail_events()
    assert set(WalletEvent.objects.values_list("kind", flat=True)) == set(TEXTS)
    assert limit.period == "day"
    assert len(mail.outbox) == 7
    assert "80 % of your limit for Runs is used" in subjects()
    assert "Your limit for Runs is reached" in subjects()
    assert "No credits are left" in subjects()
    paused = mail.outbox[-1]
    assert paused.subject == "Your wallet is paused"
    assert "<stolen>" in paused.body and "&lt;stolen&gt;" in html_of(paused)


def test_what_customers_need_not_know_is_settled_without_a_mail(wallet: Wallet) -> None:
    pause_wallet(wallet=wallet, reason="r", actor=ACTOR)
    resume_wallet(wallet=wallet, reason="r", actor=ACTOR)
    WalletEvent.objects.create(
        wallet=wallet, kind=EventKind.HOLD_EXPIRED, data={}, created_at=clock.now()
    )
    assert mail_events() == 0
    assert not WalletEvent.objects.filter(mailed_at=None).exists()


def test_limits_are_mailed_to_who_wants_it(wallet: Wallet, service: Service) -> None:
    grant(wallet, "1000")
    set_alerts(wallet=wallet, below=None, days=None, expiry_days=None, limits=False)
    set_limit(wallet=wallet, period=LimitPeriod.DAY, credits=Decimal(10), service=service)
    spend(wallet, "9")
    assert wallet.events.count() == 1
    assert mail_events() == 0


def test_what_is_no_longer_so_is_not_mailed(wallet: Wallet) -> None:
    grant(wallet, "100")
    spend(wallet, "100")
    grant(wallet, "100")
    assert mail_events() == 0


def test_a_depletion_is_mailed_while_credits_are_few(wallet: Wallet) -> None:
    grant(wallet, "100")
    placed = hold(wallet, "100")
    capture(placed, "70")
    mail_events()
    assert subjects() == ["No credits are left"]


def test_of_several_of_a_kind_the_newest_is_mailed(wallet: Wallet) -> None:
    grant(wallet, "100")
    spend(wallet, "60")
    grant(wallet, "50")
    spend(wallet, "70")
    assert told(wallet) == ["balance.low"] * 2
    assert mail_events() == 1
    assert "20.00 credits are left" in mail.outbox[0].body
    assert not wallet.events.filter(mailed_at=None).exists()


def test_a_closed_wallet_and_a_gone_customer_get_no_mail(wallet: Wallet, stranger: User) -> None:
    grant(wallet, "100")
    close_wallet(wallet=wallet, reason="r", actor=ACTOR)
    other = open_wallet(customer=stranger)
    grant(other, "100")
    spend(other, "90")
    stranger.is_active = False
    stranger.save()
    assert wallet.events.filter(kind="balance.depleted").exists()
    assert mail_events() == 0


def test_a_mail_that_fails_is_tried_again_and_holds_up_no_other(
    wallet: Wallet, stranger: User, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.PickyBackend"
    User.objects.filter(pk=wallet.customer_id).update(email=REFUSED)
    other = open_wallet(customer=stranger)
    for one in (wallet, other):
        grant(one, "100")
        spend(one, "90")
    assert mail_events() == 1
    assert mail_events() == 0
    assert [message.to for message in mail.outbox] == [[stranger.email]]
    User.objects.filter(pk=wallet.customer_id).update(email="back@example.com")
    assert mail_events() == 1


def test_after_a_day_a_mail_is_given_up_with_a_line_in_the_log(
    wallet: Wallet, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.PickyBackend"
    User.objects.filter(pk=wallet.customer_id).update(email=REFUSED)
    grant(wallet, "100")
    spend(wallet, "90")
    WalletEvent.objects.update(created_at=clock.now() - timedelta(hours=23))
    mail_events()
    assert WalletEvent.objects.filter(mailed_at=None).exists()
    WalletEvent.objects.update(created_at=clock.now() - timedelta(hours=25))
    with caplog.at_level(logging.ERROR):
        mail_events()
    assert "given up" in caplog.text
    assert not WalletEvent.objects.filter(mailed_at=None).exists()


def test_more_events_than_fit_at_once_are_all_mailed(
    wallet: Wallet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wallet.actions.mails.EVENTS_AT_ONCE", 2)
    for number in range(5):
        other = open_wallet(customer=User.objects.create_user(f"{number}@example.com", "x"))
        grant(other, "100")
        spend(other, "90")
    assert mail_events() == 5


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_mail_each_event_once(wallet: Wallet) -> None:
    for number in range(6):
        other = open_wallet(customer=User.objects.create_user(f"{number}@example.com", "x"))
        grant(other, "100")
        spend(other, "90")
    barrier = Barrier(4)

    def run(_: int) -> int:
        try:
            connection.ensure_connection()
            barrier.wait()
            return mail_events()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(run, range(4))) == 6
    assert len({message.to[0] for message in mail.outbox}) == len(mail.outbox) == 6
