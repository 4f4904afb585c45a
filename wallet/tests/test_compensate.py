"""Compensating an incident: a share of each charge comes back once, with a second operator."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import Settings

from creditsite.accounts.models import User
from creditsite.kernel import clock
from creditsite.kernel.errors import IdempotencyKeyReused
from creditsite.roles import SUPERVISOR
from creditsite.tests.people import make_in_role
from wallet.actions import (
    add_service,
    approve_request,
    carry_on_compensations,
    close_wallet,
    decline_request,
    open_wallet,
    request_compensation,
    reverse_spend,
    spend_credits,
    withdraw_request,
)
from wallet.errors import ReasonRequired
from wallet.errors.operators import (
    ApprovalByAnother,
    CompensationOutOfRange,
    NothingToCompensate,
)
from wallet.models import (
    ApprovalRequest,
    CompensatedCharge,
    Compensation,
    Incident,
    LedgerEntry,
    Service,
    Wallet,
)
from wallet.tests.conftest import ACTOR
from wallet.tests.incidents import (
    balances,
    carry_out,
    charge,
    compensation,
    make_wallets,
    until_now,
)
from wallet.tests.model.passing_time import verify
from wallet.tests.model.steps import grant

Jobs = Callable[[], None]


@pytest.fixture
def wallets(service: Service) -> list[Wallet]:
    return make_wallets(3)


def give_back(spend: LedgerEntry, credits: str) -> None:
    reverse_spend(
        spend=spend,
        credits=Decimal(credits),
        reason="The platform's own",
        idempotency_key=f"own-{spend.pk}",
        actor=ACTOR,
    )


def test_each_charge_comes_back_with_the_reason_and_who_asked(
    wallets: list[Wallet], asker: User
) -> None:
    spends = [charge(wallets[0], "10"), charge(wallets[0], "5"), charge(wallets[1], "7")]
    asked = compensation(asker)
    assert (asked.charge_count, asked.customer_count, asked.credits) == (3, 2, 22)
    assert balances(wallets) == [985, 993, 1000]
    carry_out(asked)
    assert balances(wallets) == [1000, 1000, 1000]
    for spend in spends:
        reversal = LedgerEntry.objects.get(reverses=spend)
        assert reversal.idempotency_key == f"compensation {asked.pk} {spend.pk}"
        assert (reversal.reason, reversal.actor) == ("The service was down", str(asker.actor))
    assert asked.finished_at and asked.started_at
    verify()


def test_the_job_gives_it_back(
    transactional_db: None, wallets: list[Wallet], asker: User, run_jobs: Jobs
) -> None:
    charge(wallets[0], "10")
    asked = compensation(asker)
    run_jobs()
    asked.refresh_from_db()
    assert asked.finished_at and balances(wallets)[0] == 1000


@pytest.mark.parametrize(
    ("percent", "before", "back"),
    [("100", "0", "10"), ("50", "0", "5"), ("50", "3", "2"), ("33.33", "0", "3.333")],
)
def test_a_share_counts_in_what_was_given_back_before(
    wallets: list[Wallet], asker: User, percent: str, before: str, back: str
) -> None:
    spend = charge(wallets[0], "10")
    if before != "0":
        give_back(spend, before)
    asked = compensation(asker, percent)
    assert asked.credits == Decimal(back)
    carry_out(asked)
    assert balances(wallets)[0] == 990 + Decimal(before) + Decimal(back)


def test_shares_are_rounded_half_up(wallets: list[Wallet], asker: User) -> None:
    charge(wallets[0], "0.0001")
    charge(wallets[0], "0.0003")
    with pytest.raises(NothingToCompensate):
        compensation(asker, "16.66")
    asked = compensation(asker, "50")
    assert asked.credits == Decimal("0.0003")
    carry_out(asked)
    assert balances(wallets)[0] == Decimal("999.9999")


def test_only_charges_of_the_service_and_time_and_only_failed_runs_where_asked(
    wallets: list[Wallet], asker: User
) -> None:
    add_service(slug="other", name="Other", unit="run", credits_per_unit=Decimal(1))
    spend_credits(
        wallet_id=wallets[0].pk,
        service="other",
        quantity=Decimal(3),
        idempotency_key="other",
        actor=ACTOR,
    )
    failed = charge(wallets[0], "10", outcome="failed")
    charge(wallets[1], "5", outcome="done")
    charge(wallets[1], "4")
    asked = compensation(asker, failed_only=True)
    assert list(asked.charges.values_list("entry", flat=True)) == [failed.pk]
    service = Service.objects.get(slug="runs")
    at = failed.created_at
    only = Incident(service, at, at + timedelta(microseconds=1))
    before = Incident(service, at - timedelta(hours=1), at)
    assert compensation(asker, incident=only).charge_count == 1
    with pytest.raises(NothingToCompensate):
        compensation(asker, incident=before)


def test_the_same_incident_twice_gives_back_once(wallets: list[Wallet], asker: User) -> None:
    charge(wallets[0], "10")
    incident = until_now()
    first, second = (compensation(asker, incident=incident) for _ in range(2))
    carry_out(first)
    carry_out(second)
    assert balances(wallets)[0] == 1000
    (left_out,) = second.charges.all()
    assert (left_out.status, left_out.note) == ("left_out", "It was given back elsewhere.")
    with pytest.raises(NothingToCompensate):
        compensation(asker, incident=incident)
    carry_out(first)
    assert LedgerEntry.objects.filter(kind="reversal").count() == 1


def test_what_was_given_back_since_is_taken_off(wallets: list[Wallet], asker: User) -> None:
    spend = charge(wallets[0], "10")
    asked = compensation(asker, "80")
    give_back(spend, "5")
    carry_out(asked)
    assert balances(wallets)[0] == 998
    assert asked.charges.get().reversal.credits == 3  # type: ignore[union-attr]


def test_a_closed_wallet_is_left_out(wallets: list[Wallet], asker: User) -> None:
    for wallet in wallets:
        charge(wallet, "10")
    close_wallet(wallet=wallets[0], reason="r", actor=ACTOR)
    asked = compensation(asker)
    assert asked.customer_count == 2
    close_wallet(wallet=wallets[1], reason="r", actor=ACTOR)
    carry_out(asked)
    assert asked.finished_at and balances(wallets) == [0, 0, 1000]
    (left_out,) = asked.charges.filter(status="left_out")
    assert "closed" in left_out.note


def test_above_the_threshold_in_total_it_waits_for_another(
    wallets: list[Wallet], asker: User, approver: User
) -> None:
    for wallet in wallets:
        charge(wallet, "400")
    asked = compensation(asker)
    request = ApprovalRequest.objects.get()
    assert (request.kind, request.credits, request.wallet) == ("compensation", 1200, None)
    assert (request.compensation, asked.started_at) == (asked, None)
    carry_out(asked)
    carry_on_compensations()
    assert balances(wallets) == [600, 600, 600]
    assert not ProcrastinateJob.objects.exists()
    approved = approve_request(request=request, reason="Seen", approver=approver)
    assert (approved.status, approved.entry) == ("approved", None)
    job = ProcrastinateJob.objects.get()
    assert (job.task_name, job.args) == ("wallet.compensate", {"compensation": asked.pk})
    carry_out(asked)
    assert balances(wallets) == [1000, 1000, 1000]
    assert LedgerEntry.objects.filter(kind="reversal", actor=str(asker.actor)).count() == 3


@pytest.mark.parametrize("decide", ["decline", "withdraw"])
def test_declined_or_withdrawn_it_never_starts(
    wallets: list[Wallet], asker: User, approver: User, decide: str
) -> None:
    for wallet in wallets:
        charge(wallet, "400")
    asked = compensation(asker)
    request = ApprovalRequest.objects.get()
    if decide == "decline":
        decline_request(request=request, reason="Too much", approver=approver)
    else:
        withdraw_request(request=request, reason="A typo", operator=asker)
    carry_out(asked)
    carry_on_compensations()
    assert asked.started_at is None and balances(wallets) == [600, 600, 600]


def test_neither_who_asked_nor_whom_it_gives_credits_approves(
    wallets: list[Wallet], asker: User
) -> None:
    hit = make_in_role("hit@example.com", SUPERVISOR)
    wallet = open_wallet(customer=hit)
    grant(wallet, "2000")
    charge(wallet, "1500")
    compensation(asker)
    with pytest.raises(ApprovalByAnother):
        approve_request(request=ApprovalRequest.objects.get(), reason="r", approver=hit)


def test_small_ones_of_one_operator_count_along_for_24_hours(
    wallets: list[Wallet], asker: User, operator: User, settings: Settings
) -> None:
    settings.ADJUSTMENT_APPROVAL_CREDITS = Decimal(10)
    charge(wallets[0], "6")
    assert compensation(asker, incident=until_now()).started_at
    first_end = clock.now()
    charge(wallets[1], "5")
    later = Incident(Service.objects.get(slug="runs"), first_end, clock.now())
    assert compensation(asker, incident=later).started_at is None
    assert compensation(operator, incident=later).started_at
    with time_machine.travel(clock.now() + timedelta(hours=24, seconds=1)):
        assert compensation(asker, incident=later).started_at


def test_the_same_key_is_answered_the_same(wallets: list[Wallet], asker: User) -> None:
    charge(wallets[0], "10")
    incident = until_now()
    first = compensation(asker, incident=incident, key="k")
    assert compensation(asker, incident=incident, key="k") == first
    with pytest.raises(IdempotencyKeyReused):
        compensation(asker, "50", incident=incident, key="k")
    assert (Compensation.objects.count(), CompensatedCharge.objects.count()) == (1, 1)
    assert ProcrastinateJob.objects.count() == 1


def test_what_makes_no_sense_is_refused(wallets: list[Wallet], asker: User) -> None:
    charge(wallets[0], "10")
    now, service = clock.now(), Service.objects.get(slug="runs")
    for begins_at, ends_at in (
        (now, now - timedelta(hours=1)),
        (now, now),
        (now, now + timedelta(hours=1)),
    ):
        with pytest.raises(CompensationOutOfRange):
            compensation(asker, incident=Incident(service, begins_at, ends_at))
    for percent in ("0", "-1", "100.01", "NaN", "1.001"):
        with pytest.raises(CompensationOutOfRange):
            compensation(asker, percent)
    with pytest.raises(ReasonRequired):
        request_compensation(
            incident=until_now(),
            percent=Decimal(100),
            failed_only=False,
            reason=" ",
            idempotency_key="k",
            operator=asker,
        )
    assert not Compensation.objects.exists()
