"""The operators' page of what in billing stands still until a person looks at it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from billing.actions import start_top_up
from billing.models import Invoice, Refund, StripeEvent, Subscription, TopUp
from billing.reports.issues import ISSUE_KINDS, MOST, Issue
from billing.tests.stripe_account import Deliveries
from billing.tests.subscribers import Subscriber
from billing.tests.test_mirror_of_every_flow import mirror
from creditsite.accounts.models import User
from creditsite.kernel import clock
from creditsite.roles import FINANCE, SUPPORT
from creditsite.tests.people import make_in_role
from wallet.actions import claw_back

pytestmark = pytest.mark.django_db(transaction=True)
BROKE = "pm_card_chargeCustomerFail"
CONTESTED = "4000000000000259"
SOON = timedelta(minutes=1)
PAGE = "/admin/billing-issues/"


def found(name: str, *, later: timedelta = timedelta(0)) -> list[Issue]:
    """Return the issues of a kind, as of so much later."""
    (kind,) = [kind for kind in ISSUE_KINDS if kind.name == name]
    return list(kind.find(clock.now() + later))


def told(name: str, *, later: timedelta = timedelta(0)) -> list[tuple[str, str, str]]:
    issues = found(name, later=later)
    return [(email_of(issue), issue.total, issue.says) for issue in issues]


def email_of(issue: Issue) -> str:
    return issue.wallet.customer.email if issue.wallet else ""


def pay_back(subscriber: Subscriber, top_up: TopUp) -> Refund:
    intent = top_up.stripe_payment_intent
    subscriber.account.call("POST", "/v1/refunds", data={"payment_intent": intent})
    subscriber.hear()
    return Refund.objects.get()


def page_of(person: User) -> str:
    client = Client()
    client.force_login(person)
    return client.get(PAGE).content.decode()


def test_where_all_is_well_nothing_stands_still(subscriber: Subscriber, operator: User) -> None:
    subscriber.buy()
    subscriber.begin()
    assert [kind.name for kind in ISSUE_KINDS if found(kind.name)] == []
    page = page_of(operator)
    assert "Nothing stands still." in page
    assert all(escape(kind.title) in page for kind in ISSUE_KINDS)


def test_an_overdue_payment_is_told_until_it_is_paid(on_team: Subscriber, operator: User) -> None:
    on_team.keep_card(BROKE)
    on_team.wait(22)
    on_team.hear()
    invoice = Invoice.objects.get(status="open")
    again = f"{invoice.next_attempt_at:%Y-%m-%d}"
    assert told("payments") == [
        (on_team.customer.email, "$29.99", f"Charged once, next on {again}")
    ]
    page = page_of(operator)
    assert reverse("admin:billing_invoice_change", args=[invoice.pk]) in page
    assert reverse("admin:wallet_wallet_change", args=[on_team.wallet.pk]) in page
    on_team.keep_card("pm_card_visa")
    on_team.account.call("POST", f"/v1/invoices/{invoice.stripe_id}/pay")
    on_team.hear()
    assert told("payments") == []


def test_a_plan_that_stripe_gave_up_is_told(on_team: Subscriber) -> None:
    Subscription.objects.update(status="unpaid")
    ((customer, _, says),) = told("plans")
    assert customer == on_team.customer.email
    assert "Team" in says


def test_a_checkout_is_told_only_when_its_end_is_overdue(subscriber: Subscriber) -> None:
    top_up = start_top_up(
        wallet=subscriber.wallet, credits=Decimal(100), actor=subscriber.customer.actor
    ).top_up
    subscriber.start()
    over = top_up.expires_at - clock.now()
    assert told("checkouts", later=over + SOON) == []
    issues = found("checkouts", later=timedelta(days=2))
    assert {(issue.total, type(issue.subject)) for issue in issues} == {
        ("$9.50", TopUp),
        ("", Subscription),
    }


def test_a_refund_is_told_until_its_credits_are_taken_back(
    subscriber: Subscriber, operator: User
) -> None:
    refund = pay_back(subscriber, subscriber.buy())
    email = subscriber.customer.email
    assert told("refunds") == [(email, "$9.50", "Credits not taken back")]
    assert told("refunds", later=timedelta(days=91)) == []
    claw_back(
        wallet=subscriber.wallet,
        credits=Decimal(100),
        reference=refund.stripe_id,
        reason="Paid back.",
        idempotency_key="back",
        actor=operator.actor,
    )
    assert told("refunds") == []
    Refund.objects.update(status="failed")
    assert told("refunds") == [(email, "$9.50", "Failed")]


def test_a_chargeback_is_told_with_its_customer(
    subscriber: Subscriber, deliveries: Deliveries, operator: User
) -> None:
    subscriber.buy(CONTESTED)
    subscriber.wait(1)
    events = subscriber.account.call("GET", "/v1/events", params={"limit": 100})["data"]
    for event in events[::-1]:
        mirror(deliveries, event)
    (issue,) = found("chargebacks")
    assert (email_of(issue), issue.total) == (subscriber.customer.email, "$9.50")
    assert issue.says == "To be answered"
    assert "Open chargebacks" in page_of(operator)


def test_events_are_told_that_are_dead_or_late(on_team: Subscriber, operator: User) -> None:
    StripeEvent.objects.update(state="received", processed_at=None)
    assert told("events") == []
    first = StripeEvent.objects.order_by("pk")[0]
    StripeEvent.objects.filter(pk=first.pk).update(
        state="dead", error="Traceback\nValueError: no such plan\n"
    )
    assert [issue.says for issue in found("events")] == ["Dead: ValueError: no such plan"]
    late = found("events", later=timedelta(minutes=6))
    assert {issue.says for issue in late[1:]} == {"Waiting: No worker took it"}
    assert "no such plan" in page_of(operator)


def test_many_are_cut_short_and_lead_to_the_list(on_team: Subscriber, operator: User) -> None:
    event = StripeEvent.objects.order_by("pk")[0]
    for number in range(MOST + 5):
        event.pk, event.event_id = None, f"evt_{number}"
        event.state, event.processed_at = "dead", None
        event.save()
    page = page_of(operator)
    assert page.count("evt_") == MOST
    assert f"Here are the {MOST} that wait longest." in page
    assert f"{reverse('admin:billing_stripeevent_changelist')}?state__exact=dead" in page


def test_each_role_sees_the_kinds_it_may_look_at(on_team: Subscriber) -> None:
    StripeEvent.objects.update(state="dead", processed_at=None)
    support, finance = (page_of(make_in_role(f"{role}@x.org", role)) for role in (SUPPORT, FINANCE))
    assert "events that stand still" not in support
    assert "events that stand still" in finance
    assert "Overdue payments" in support
    assert "Overdue payments" in finance
