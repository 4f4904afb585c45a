"""A wallet as it stood at any moment."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from creditsite.accounts.models import User
from creditsite.kernel import clock
from creditsite.kernel.errors import DomainError
from wallet.actions import (
    Posting,
    capture_hold,
    claw_back,
    close_wallet,
    expire_grants,
    grant_credits,
    open_wallet,
    place_hold,
    release_hold,
    reverse_spend,
    roll_over,
    spend_credits,
)
from wallet.models import Grant, GrantSource, Hold, HoldStatus, Service, Wallet
from wallet.reports.as_of import sequence_at, wallet_at
from wallet.tests.conftest import ACTOR, Give

Spend = Callable[..., Posting]
SOON = timedelta(milliseconds=15)


@dataclass(frozen=True)
class Seen:
    """What a wallet's rows said at a moment."""

    at: datetime
    figures: tuple[int, Decimal, Decimal, Decimal, Decimal]
    lots: dict[int, tuple[Decimal, Decimal]]


def look(wallet: Wallet) -> Seen:
    """Read the wallet's own rows as they are now; overdue holds count as released."""
    wallet.refresh_from_db()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT now.at, ledger_available(w, now.at) FROM wallet_wallet AS w"
            " CROSS JOIN (SELECT clock_timestamp() AS at) AS now WHERE w.id = %s",
            [wallet.pk],
        )
        at, available = cursor.fetchone()
    lots = {lot.pk: (lot.remaining, Decimal(0)) for lot in wallet.grants.filter(is_open=True)}
    held = Decimal(0)
    for hold in wallet.holds.filter(status=HoldStatus.OPEN, expires_at__gt=at):
        for lot_id, credits in hold.draws:
            remaining, set_aside = lots[lot_id]
            lots[lot_id] = (remaining, set_aside + Decimal(credits))
        held += hold.credits
    return Seen(at, (wallet.sequence, wallet.balance, held, available, wallet.debt), lots)


def look_back(wallet: Wallet, at: datetime) -> Seen:
    then = wallet_at(wallet, at)
    return Seen(
        then.at,
        (then.sequence, then.balance, then.held, then.available, then.debt),
        {lot.id: (lot.remaining, lot.held) for lot in then.lots},
    )


class Operations:
    """Does one random thing to a wallet after another."""

    names = (
        *("grant", "short_grant", "spend", "spend_all", "reverse", "claw_back", "roll_over"),
        *("hold", "capture", "release", "wait", "sweep"),
    )

    def __init__(self, wallet: Wallet, service: Service) -> None:
        self.wallet, self.service = wallet, service
        self.count = 0

    def run(self, name: str, credits: Decimal) -> None:
        self.count += 1
        # A refusal changes nothing, and that is to be seen too.
        with suppress(DomainError):
            getattr(self, name)(credits)

    def grant(self, credits: Decimal, expires_at: datetime = clock.NEVER) -> None:
        grant_credits(
            wallet=self.wallet,
            credits=credits,
            source=GrantSource.TOP_UP,
            cost_cents=int(credits),
            expires_at=expires_at,
            **self.request,
        )

    def short_grant(self, credits: Decimal) -> None:
        self.grant(credits, clock.now() + SOON)

    def spend(self, credits: Decimal) -> None:
        spend_credits(
            wallet_id=self.wallet.pk, service=self.service.slug, credits=credits, **self.request
        )

    def spend_all(self, _credits: Decimal) -> None:
        self.spend(open_wallet(customer=self.wallet.customer).available())

    def hold(self, credits: Decimal) -> None:
        place_hold(
            wallet_id=self.wallet.pk,
            service=self.service.slug,
            credits=credits,
            expires_in=timedelta(hours=1),
            **self.request,
        )

    def capture(self, credits: Decimal) -> None:
        if hold := self.wallet.holds.filter(status=HoldStatus.OPEN).first():
            capture_hold(hold=hold, credits=min(hold.credits, credits), actor=ACTOR)

    def release(self, _credits: Decimal) -> None:
        if hold := self.wallet.holds.filter(status=HoldStatus.OPEN).last():
            release_hold(hold=hold)

    def reverse(self, credits: Decimal) -> None:
        if spend := self.wallet.entries.filter(kind="spend").order_by("id").first():
            part = credits if credits <= -spend.credits else None
            reverse_spend(spend=spend, credits=part, reason="r", **self.request)

    def claw_back(self, credits: Decimal) -> None:
        claw_back(wallet=self.wallet, credits=credits, reference="", reason="r", **self.request)

    def roll_over(self, credits: Decimal) -> None:
        if lot := self.wallet.grants.filter(is_open=True).last():
            roll_over(grant=lot, most=credits, expires_at=clock.NEVER, **self.request)

    def wait(self, _credits: Decimal) -> None:
        time.sleep(SOON.total_seconds() * 1.3)

    def sweep(self, _credits: Decimal) -> None:
        expire_grants()

    @property
    def request(self) -> dict[str, Any]:
        return {"idempotency_key": f"key-{self.count}", "actor": ACTOR}


@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(Operations.names),
            st.decimals(Decimal("0.0001"), Decimal(40), places=4),
        ),
        min_size=3,
        max_size=25,
    )
)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_asking_later_gives_what_stood_there_then(
    db: None, steps: list[tuple[str, Decimal]]
) -> None:
    with transaction.atomic():
        wallet = open_wallet(customer=User.objects.create_user("then@example.com"))
        operations = Operations(wallet, Service.objects.create(slug="then", name="Then"))
        operations.run("grant", Decimal(50))
        seen = []
        for name, credits in steps:
            operations.run(name, credits)
            seen.append(look(wallet))
        for one in seen:
            assert look_back(wallet, one.at) == one
        transaction.set_rollback(True)


def test_a_hold_counts_until_its_time_is_over_or_it_settles(
    wallet: Wallet, service: Service, give: Give
) -> None:
    give("10")
    hold = place_hold(
        wallet_id=wallet.pk,
        service="runs",
        credits=Decimal(4),
        expires_in=timedelta(seconds=1),
        idempotency_key="h",
        actor=ACTOR,
    ).hold
    seen = [look(wallet)]
    assert seen[0].figures[2:4] == (Decimal(4), Decimal(6))
    time.sleep(1.05)
    seen.append(look(wallet))
    assert seen[1].figures[2:4] == (Decimal(0), Decimal(10))
    expire_grants()
    assert Hold.objects.get(pk=hold.pk).status == HoldStatus.EXPIRED
    seen.append(look(wallet))
    assert [look_back(wallet, one.at) for one in seen] == seen


def test_a_debt_is_owed_from_then_until_it_was_repaid(wallet: Wallet, give: Give) -> None:
    give("5")
    claw_back(
        wallet=wallet,
        credits=Decimal(8),
        reference="",
        reason="chargeback",
        idempotency_key="c",
        actor=ACTOR,
    )
    seen = [look(wallet)]
    give("1")
    seen.append(look(wallet))
    give("10")
    seen.append(look(wallet))
    assert [one.figures[4] for one in seen] == [3, 2, 0]
    assert [look_back(wallet, one.at) for one in seen] == seen


def test_metadata_of_a_spend_is_no_debt(wallet: Wallet, give: Give, spend: Spend) -> None:
    give("5")
    before = clock.now()
    spend("1", "s", repaid_debt="3")
    assert wallet_at(wallet, before).debt == 0


def test_before_the_first_entry_a_wallet_is_empty(wallet: Wallet, give: Give) -> None:
    before = clock.now()
    give("5")
    then = wallet_at(wallet, before)
    assert not any((then.sequence, then.balance, then.available, then.debt, then.lots))
    assert sequence_at(wallet, before) == 0


def test_a_closed_wallet_still_tells_what_it_held(wallet: Wallet, give: Give) -> None:
    give("5")
    before = clock.now()
    close_wallet(wallet=wallet, reason="moved away", actor=ACTOR)
    assert wallet_at(wallet).balance == 0
    assert wallet_at(wallet, before).available == 5


def test_one_query_answers_whatever_the_history(
    wallet: Wallet, give: Give, spend: Spend, django_assert_num_queries: Any
) -> None:
    start = clock.now()
    for number in range(10):
        give("3")
        spend("2", f"s{number}")
    for moment in (start, clock.now(), None):
        with django_assert_num_queries(1):
            wallet_at(wallet, moment)


def test_lots_stand_in_the_draw_order(wallet: Wallet, give: Give) -> None:
    give("1", cost_cents=10)
    give("1", expires_at=clock.now() + timedelta(days=9))
    give("1", priority=-1)
    ids = list(Grant.objects.order_by("id").values_list("id", flat=True))
    assert [lot.id for lot in wallet_at(wallet).lots] == [ids[2], ids[1], ids[0]]
