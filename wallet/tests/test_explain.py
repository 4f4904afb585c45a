"""What explains an entry."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from django.db import connection
from django.test.utils import CaptureQueriesContext

from creditsite.accounts.actions import create_api_key
from creditsite.accounts.models import Scope, User
from creditsite.kernel import clock
from creditsite.kernel.actor import Actor
from wallet.actions import (
    Posting,
    adjust_wallet,
    capture_hold,
    claw_back,
    close_wallet,
    expire_grants,
    place_hold,
    publish_rate,
    reverse_spend,
    roll_over,
    spend_credits,
)
from wallet.models import LedgerEntry, Service, Wallet
from wallet.reports.explain import explain_entry, explainable_entries
from wallet.reports.explanation import EntryDetail
from wallet.reports.history import history_page
from wallet.tests.conftest import ACTOR, Give

Spend = Callable[..., Posting]


def explained(entry: LedgerEntry) -> EntryDetail:
    return explain_entry(explainable_entries().get(pk=entry.pk))


def newest(wallet: Wallet, kind: str) -> LedgerEntry:
    return wallet.entries.filter(kind=kind).order_by("-sequence")[0]


def capture(wallet: Wallet, held: str, captured: str) -> LedgerEntry:
    hold = place_hold(
        wallet_id=wallet.pk,
        service="runs",
        credits=Decimal(held),
        expires_in=timedelta(hours=1),
        idempotency_key="hold",
        actor=ACTOR,
    ).hold
    return capture_hold(hold=hold, credits=Decimal(captured), actor=ACTOR).entry


def give_back(entry: LedgerEntry, credits: str | None, key: str) -> LedgerEntry:
    return reverse_spend(
        spend=entry,
        credits=Decimal(credits) if credits else None,
        reason="failed run",
        idempotency_key=key,
        actor=Actor.user(0),
    ).entry


def test_a_spend_names_its_price_lots_and_balance(
    service: Service, give: Give, spend: Spend
) -> None:
    expiry = clock.now() + timedelta(days=3)
    first = give("5", cost_cents=50, expires_at=expiry).entry.draws[0][0]
    second = give("20", cost_cents=200).entry.draws[0][0]
    detail = explained(spend("12", "job-7", job="Nightly").entry)
    assert detail.price
    assert detail.price.formula == "12 × 1.0000 credits per run = 12.0000"
    rate = service.rates.get()
    assert detail.price.in_force_from == rate.effective_at
    assert [(lot.grant, lot.credits, lot.cost_cents) for lot in detail.lots] == [
        (first, Decimal(-5), -50),
        (second, Decimal(-7), -70),
    ]
    assert detail.lots[0].expires_at == expiry and detail.lots[1].expires_at is None
    assert (detail.balance_before, detail.balance_after) == (Decimal(25), Decimal(13))
    assert (detail.actor_label, detail.idempotency_key) == ("Creditsite", "job-7")
    assert detail.metadata_items == [("job", "Nightly")]
    assert detail.sentences == []


def test_a_minimum_charge_is_part_of_the_formula(
    service: Service, give: Give, spend: Spend
) -> None:
    give("20")
    publish_rate(service=service, credits_per_unit=Decimal(2), minimum_credits=Decimal(5))
    least = explained(spend("1.5", "a").entry)
    assert least.price
    assert least.price.formula == "1.5 × 2.0000 credits per run = 3.0000, at least 5.0000"
    assert least.credits == -5
    assert least.sentences == ["The price says that a spend costs at least 5.00 credits."]
    assert explained(spend("6", "b").entry).sentences == []


def test_a_spend_without_a_quantity_says_so(wallet: Wallet, service: Service, give: Give) -> None:
    give("20")
    entry = spend_credits(
        wallet_id=wallet.pk,
        service="runs",
        credits=Decimal(3),
        idempotency_key="a",
        actor=ACTOR,
    ).entry
    detail = explained(entry)
    assert detail.price is None
    assert detail.sentences == ["The service named these credits itself, without a quantity."]


def test_draws_of_the_first_entries_have_no_value(give: Give, spend: Spend) -> None:
    give("5")
    entry = explainable_entries().get(pk=spend("1", "a").entry.pk)
    entry.draws = [draw[:2] for draw in entry.draws]
    assert [lot.cost_cents for lot in explain_entry(entry).lots] == [None]


def test_a_capture_tells_of_its_hold(wallet: Wallet, service: Service, give: Give) -> None:
    give("20")
    detail = explained(capture(wallet, "5", "3"))
    assert detail.title == "Captured: Runs"
    assert detail.hold
    assert [detail.hold.held, detail.hold.captured, detail.hold.freed] == [5, 3, 2]
    assert detail.hold.placed_at <= detail.created_at == detail.hold.settled_at
    assert detail.sentences == ["3.00 of 5.00 held credits were captured; 2.00 came free."]


def test_a_reversal_and_its_spend_tell_of_each_other(give: Give, spend: Spend) -> None:
    give("20")
    spent = spend("5", "a").entry
    part = give_back(spent, "2", "r1")
    detail = explained(spent)
    assert detail.reversals
    assert [other.id for other in detail.reversals.entries] == [part.pk]
    assert [detail.reversals.credits, detail.reversals.left] == [2, 3]
    assert detail.sentences == ["2.00 credits of it were given back since; 3.00 are left."]
    back = explained(part)
    assert back.title == "Reversed: Runs"
    assert back.reverses and back.reverses.id == spent.pk
    assert back.sentences == [
        "Gives back 2.00 of the 5.00 credits that were spent on Runs.",
        "3.00 credits of that spend are left to give back.",
    ]
    assert (back.reason, back.actor_label) == ("failed run", "An operator")
    give_back(spent, None, "r2")
    assert explained(spent).sentences == ["All of it was given back since."]


def test_retries_are_counted_where_they_were_answered(give: Give, spend: Spend) -> None:
    give("20")
    entry = spend("5", "a").entry
    assert explained(entry).retries is None
    for _ in range(3):
        assert spend("5", "a").replayed
    detail = explained(entry)
    assert detail.retries and detail.retries.count == 3
    assert "3 more times" in detail.sentences[0]


def test_the_spends_before_and_after_show_a_doubted_double_charge(
    wallet: Wallet, give: Give, spend: Spend
) -> None:
    give("20")
    first, second, third = (spend(number, f"s{number}").entry for number in ("2", "2.0", "3"))
    adjust_wallet(wallet=wallet, credits=Decimal(1), reason="r", idempotency_key="x", actor=ACTOR)
    detail = explained(second)
    assert detail.previous_spend and detail.next_spend
    assert (detail.previous_spend.id, detail.next_spend.id) == (first.pk, third.pk)
    assert detail.previous_spend.apart.endswith("before")
    (sentence,) = detail.sentences
    assert "another idempotency key: these were two requests" in sentence
    assert explained(first).previous_spend is None


def test_an_expiry_says_whether_it_lapsed_was_rolled_over_or_closed(
    wallet: Wallet, give: Give
) -> None:
    give("4", expires_at=clock.now())
    expire_grants()
    lapsed = explained(newest(wallet, "expiry"))
    assert lapsed.title == "Credits lapsed"
    assert lapsed.sentences == [
        "Nobody spent these credits before their lot expired, so they lapsed."
    ]
    lot = wallet.grants.get(
        pk=give("5", expires_at=clock.now() + timedelta(days=1)).entry.draws[0][0]
    )
    new = roll_over(
        grant=lot, expires_at=clock.NEVER, idempotency_key="ro", actor=ACTOR, reason="good will"
    ).entry
    old_half, new_half = explained(newest(wallet, "expiry")), explained(new)
    assert old_half.title == "Rolled over to a new lot"
    assert new_half.title == f"Rolled over from lot {lot.pk}"
    assert old_half.rolled_over and new_half.rolled_over
    assert (old_half.rolled_over.id, new_half.rolled_over.id) == (new.pk, old_half.id)
    close_wallet(wallet=wallet, reason="moved away", actor=ACTOR)
    closed = explained(newest(wallet, "expiry"))
    assert (closed.title, closed.reason) == ("Credits lapsed", "moved away")
    assert "closed" in closed.sentences[0]


def test_a_claw_back_and_the_repayment_of_its_debt_are_told(wallet: Wallet, give: Give) -> None:
    give("5")
    claw_back(
        wallet=wallet,
        credits=Decimal(8),
        reference="ch_1",
        reason="chargeback",
        idempotency_key="c",
        actor=ACTOR,
    )
    taken = explained(newest(wallet, "clawback"))
    assert taken.title == "Credits clawed back"
    assert taken.clawback
    assert [taken.clawback.asked, taken.clawback.taken, taken.clawback.owed] == [8, 5, 3]
    granted = give("2").entry
    repaid = explained(newest(wallet, "clawback"))
    assert repaid.title == "Debt repaid"
    assert repaid.repaid_debt
    assert [repaid.repaid_debt.repaid, repaid.repaid_debt.left] == [2, 1]
    assert repaid.sentences == ["2.00 credits of debt were repaid; 1.00 are still owed."]
    source = explained(granted)
    assert source.debt_repayment and source.debt_repayment.id == repaid.id
    assert source.sentences == ["2.00 credits of it repaid what the wallet owed."]


def test_metadata_of_a_caller_is_no_debt(give: Give, spend: Spend) -> None:
    give("5")
    detail = explained(spend("1", "a", repaid_debt="1", debt_left="1").entry)
    assert detail.repaid_debt is None and detail.title == "Runs"


def test_an_api_key_is_called_by_its_name(
    customer: User, wallet: Wallet, service: Service, give: Give
) -> None:
    give("9")
    own, _ = create_api_key(customer=customer, name="Nightly", scopes=Scope.values)
    platform, _ = create_api_key(customer=None, name="Core", scopes=Scope.values)
    labels = []
    for number, actor in enumerate((own.actor, platform.actor, customer.actor)):
        entry = spend_credits(
            wallet_id=wallet.pk,
            service="runs",
            quantity=Decimal(1),
            idempotency_key=f"k{number}",
            actor=actor,
        ).entry
        labels.append(explained(entry).actor_label)
    assert labels == [
        f"API key “Nightly” ({own.prefix})",
        f"The platform, with API key {platform.prefix}",
        "You",
    ]


def test_the_history_calls_each_kind_by_a_name_of_its_own(
    wallet: Wallet, service: Service, give: Give, spend: Spend
) -> None:
    give("9")
    give_back(spend("2", "a").entry, None, "r")
    capture(wallet, "2", "2")
    titles = [row.title for row in history_page(wallet).entries]
    assert titles == ["Captured: Runs", "Reversed: Runs", "Runs", "Promotion"]


def queries_of(entry: LedgerEntry) -> int:
    with CaptureQueriesContext(connection) as queries:
        explained(entry)
    return len(queries)


def test_the_number_of_queries_does_not_grow(wallet: Wallet, give: Give, spend: Spend) -> None:
    give("1")
    simple = spend("0.5", "s").entry
    spend("0.5", "s2")
    few = queries_of(simple)
    for _ in range(30):
        give("1")
    many = spend("30", "m").entry
    spend("30", "m")
    for number in range(10):
        give_back(many, "1", f"r{number}")
    spend("1", "after")
    assert len(explained(many).lots) == 30
    assert queries_of(many) == few <= 7
