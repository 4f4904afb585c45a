"""Putting credits in, and correcting by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from creditsite.accounts.models import User
from creditsite.kernel import clock
from creditsite.kernel.errors import IdempotencyKeyReused
from wallet.actions import adjust_wallet, grant_credits
from wallet.errors import CreditsOutOfRange, InsufficientCredits, ReasonRequired, WalletClosed
from wallet.models import EntryKind, Grant, GrantSource, LedgerEntry, Wallet, WalletStatus
from wallet.tests.conftest import ACTOR, Give


def test_a_grant_makes_a_lot_and_an_entry(wallet: Wallet, customer: User) -> None:
    year = clock.now() + timedelta(days=365)
    posting = grant_credits(
        wallet=wallet,
        credits=Decimal(500),
        source=GrantSource.TOP_UP,
        idempotency_key="stripe:cs:1",
        actor=customer.actor,
        cost_cents=5000,
        expires_at=year,
        reference="top-up:1",
    )
    entry = posting.entry
    lot = Grant.objects.get(pk=entry.draws[0][0])
    assert (entry.kind, entry.credits, entry.cost_cents) == (EntryKind.GRANT, Decimal(500), 5000)
    assert entry.actor == f"user:{customer.pk}"
    assert (lot.credits, lot.remaining, lot.cost_cents) == (Decimal(500), Decimal(500), 5000)
    assert lot.expires_at == year
    assert lot.created_at == entry.created_at
    wallet.refresh_from_db()
    assert wallet.balance == wallet.available() == Decimal(500)
    assert wallet.next_expiry_at == year


def test_a_repeated_grant_is_posted_once_whatever_its_expiry(wallet: Wallet, give: Give) -> None:
    first = give("5", key="a", expires_at=clock.now() + timedelta(days=1))
    again = give("5", key="a", expires_at=clock.now() + timedelta(days=2))
    assert again.replayed and again.entry.pk == first.entry.pk
    assert Grant.objects.filter(wallet=wallet).count() == 1


def test_a_grant_of_other_credits_under_the_same_key_is_refused(give: Give) -> None:
    give("5", key="a")
    with pytest.raises(IdempotencyKeyReused):
        give("6", key="a")


@pytest.mark.parametrize("credits", ["0", "-5", "NaN", "1.00001", "100000000000000"])
def test_credits_that_are_none_are_refused(wallet: Wallet, give: Give, credits: str) -> None:
    with pytest.raises(CreditsOutOfRange):
        give(credits)
    assert not LedgerEntry.objects.filter(wallet=wallet).exists()


def test_a_wallet_takes_no_more_than_its_columns_hold(give: Give) -> None:
    give("99999999999999")
    with pytest.raises(CreditsOutOfRange):
        give("1")


def test_the_entry_says_what_the_lot_is(give: Give) -> None:
    entry = give("5", priority=-1, expires_at=datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)).entry
    assert entry.metadata == {
        "source": "promotion",
        "priority": -1,
        "currency": "usd",
        "expires_at": "2030-01-02T03:04:05.000000Z",
    }


def test_a_closed_wallet_takes_no_credits(wallet: Wallet, give: Give) -> None:
    Wallet.objects.filter(pk=wallet.pk).update(status=WalletStatus.CLOSED)
    with pytest.raises(WalletClosed):
        give("5")


def test_an_adjustment_adds_or_takes_with_its_reason(
    wallet: Wallet, operator: User, give: Give
) -> None:
    give("5")
    added = adjust_wallet(
        wallet=wallet,
        credits=Decimal("2.5"),
        reason="  goodwill ",
        idempotency_key="a",
        actor=operator.actor,
    ).entry
    taken = adjust_wallet(
        wallet=wallet,
        credits=Decimal(-6),
        reason="granted twice",
        idempotency_key="b",
        actor=operator.actor,
    ).entry
    assert (added.kind, added.credits, added.reason) == ("adjustment", Decimal("2.5"), "goodwill")
    assert (taken.credits, taken.balance_after) == (Decimal(-6), Decimal("1.5"))
    assert sum(Decimal(credits) for _, credits, _ in taken.draws) == Decimal(-6)


def test_an_adjustment_repeated_is_posted_once(wallet: Wallet, give: Give) -> None:
    give("5")
    for credits in (Decimal(1), Decimal(-1)):
        key = f"adjust {credits}"
        first, again = (
            adjust_wallet(
                wallet=wallet, credits=credits, reason="r", idempotency_key=key, actor=ACTOR
            )
            for _ in range(2)
        )
        assert again.replayed and again.entry.pk == first.entry.pk
        with pytest.raises(IdempotencyKeyReused):
            adjust_wallet(
                wallet=wallet, credits=credits * 2, reason="r", idempotency_key=key, actor=ACTOR
            )


def test_an_adjustment_never_takes_more_than_there_is(wallet: Wallet, give: Give) -> None:
    give("5")
    said = r"^Only 5\.0000 credits are available\. Take out that many at most\.$"
    with pytest.raises(InsufficientCredits, match=said):
        adjust_wallet(
            wallet=wallet,
            credits=Decimal("-5.0001"),
            reason="r",
            idempotency_key="a",
            actor=ACTOR,
        )


@pytest.mark.parametrize("reason", ["", "   ", "\u200b\u200b", "x" * 1001])
def test_an_adjustment_without_a_reason_is_refused(wallet: Wallet, reason: str) -> None:
    with pytest.raises(ReasonRequired):
        adjust_wallet(
            wallet=wallet, credits=Decimal(1), reason=reason, idempotency_key="a", actor=ACTOR
        )
