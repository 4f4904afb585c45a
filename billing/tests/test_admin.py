"""Billing in the operators' admin."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from djstripe import models as djstripe

from billing.actions import mirror_stripe_event
from billing.models import StripeEvent, TopUp
from billing.tests.stripe_account import Deliveries, StripeAccount
from creditsite.accounts.models import User

INBOX = "/admin/billing/stripeevent/"
MIRRORED = sorted(
    (model for model in admin.site._registry if model._meta.app_label == "djstripe"),
    key=lambda model: model.__name__,
)


@pytest.fixture
def desk(operator: User) -> Client:
    """Return the operator's browser."""
    desk = Client()
    desk.force_login(operator)
    return desk


@pytest.fixture
def purchase(
    top_up: TopUp,
    stripe_account: StripeAccount,
    deliveries: Deliveries,
    process_waiting: Callable[[], list[StripeEvent]],
) -> TopUp:
    """Return a paid top-up whose events were delivered and processed."""
    stripe_account.pay(top_up.stripe_session_id)
    for event in stripe_account.events():
        deliveries.bring(event)
    process_waiting()
    top_up.refresh_from_db()
    return top_up


def completed() -> StripeEvent:
    return StripeEvent.objects.get(type="checkout.session.completed")


def page_of(event: StripeEvent, step: str = "change") -> str:
    return f"{INBOX}{event.pk}/{step}/"


def test_top_ups_are_found_by_address_session_and_payment(desk: Client, purchase: TopUp) -> None:
    listed = "/admin/billing/topup/"
    for words in (
        "customer@example", purchase.stripe_session_id or "", purchase.stripe_payment_intent,
        str(purchase.pk),
    ):  # fmt: skip
        assert str(purchase.pk) in desk.get(listed, {"q": words}).content.decode()
    assert str(purchase.pk) not in desk.get(listed, {"q": "nobody"}).content.decode()
    assert str(purchase.pk) in desk.get(listed, {"status__exact": "paid"}).content.decode()


def test_a_top_up_is_shown_with_its_quote(desk: Client, purchase: TopUp) -> None:
    shown = desk.get(f"/admin/billing/topup/{purchase.pk}/change/").content.decode()
    assert "500 credits ($0.10 each): 50.00 USD" in shown


def test_an_event_is_shown_with_its_payload(desk: Client, purchase: TopUp) -> None:
    shown = desk.get(page_of(completed())).content.decode()
    assert "&quot;payment_status&quot;: &quot;paid&quot;" in shown


def test_events_are_found_by_object_state_and_type(desk: Client, purchase: TopUp) -> None:
    found = desk.get(INBOX, {"q": purchase.stripe_session_id or ""}).content.decode()
    assert completed().event_id in found
    found = desk.get(INBOX, {"state__exact": "dead"}).content.decode()
    assert completed().event_id not in found


@pytest.mark.parametrize("name", ["topup", "stripeevent"])
def test_nothing_of_ours_is_added_changed_or_deleted(
    desk: Client, purchase: TopUp, name: str
) -> None:
    row = purchase if name == "topup" else completed()
    listed = f"/admin/billing/{name}/"
    assert desk.post(f"{listed}add/").status_code == 403
    assert desk.post(f"{listed}{row.pk}/change/", {"status": "pending"}).status_code == 403
    assert desk.post(f"{listed}{row.pk}/delete/", {"post": "yes"}).status_code == 403


def test_one_event_is_replayed_after_a_confirmation(
    desk: Client, purchase: TopUp, operator: User
) -> None:
    event = completed()
    assert reverse("admin:billing_stripeevent_replay", args=[event.pk]) in (
        desk.get(page_of(event)).content.decode()
    )
    asked = desk.get(page_of(event, "replay"))
    assert event.event_id in asked.content.decode()
    assert completed().replayed_at is None
    answer = desk.post(page_of(event, "replay"), follow=True)
    assert "is processed again" in answer.content.decode()
    assert completed().replayed_by == str(operator.actor)
    assert LogEntry.objects.get().change_message == "Replayed."


def test_selected_events_are_replayed_after_a_confirmation(desk: Client, purchase: TopUp) -> None:
    event = completed()
    form = {"action": "replay_selected", "_selected_action": [event.pk]}
    asked = desk.post(INBOX, form)
    assert event.event_id in asked.content.decode()
    assert completed().replayed_at is None
    desk.post(INBOX, form | {"confirmed": "yes"})
    assert completed().is_waiting


def test_what_cannot_be_replayed_is_said_and_left_alone(desk: Client, purchase: TopUp) -> None:
    event = completed()
    desk.post(page_of(event, "replay"))
    first = completed().replayed_at
    assert first
    assert "replay/" not in desk.get(page_of(event)).content.decode()
    answer = desk.post(page_of(event, "replay"), follow=True)
    assert "waits to be processed" in answer.content.decode()
    assert completed().replayed_at == first


def test_an_operator_who_may_only_look_replays_nothing(purchase: TopUp) -> None:
    clerk = User.objects.create_user("clerk@example.com", is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename="view_stripeevent"))
    desk = Client()
    desk.force_login(clerk)
    event = completed()
    assert "replay/" not in desk.get(page_of(event)).content.decode()
    assert desk.post(page_of(event, "replay")).status_code == 403
    desk.post(
        INBOX, {"action": "replay_selected", "_selected_action": [event.pk], "confirmed": "yes"}
    )
    assert completed().replayed_at is None


def test_a_customer_sees_nothing_of_it(customer: User, purchase: TopUp) -> None:
    browser = Client()
    browser.force_login(customer)
    assert browser.get(INBOX).status_code == 302
    assert browser.post(page_of(completed(), "replay")).status_code == 302


@pytest.mark.parametrize("model", MIRRORED, ids=lambda model: model.__name__)
def test_every_page_of_djstripe_can_be_searched_and_not_edited(
    desk: Client, model: type[djstripe.StripeModel]
) -> None:
    listed = reverse(f"admin:djstripe_{model._meta.model_name}_changelist")
    assert desk.get(listed).status_code == 200
    assert desk.get(listed, {"q": "x"}).status_code == 200
    assert desk.get(f"{listed}add/").status_code == 403


def test_the_copies_of_a_purchase_are_shown_and_stay(desk: Client, purchase: TopUp) -> None:
    for event in StripeEvent.objects.all():
        mirror_stripe_event(event_id=event.pk)
    for model in (djstripe.Customer, djstripe.Session, djstripe.Charge, djstripe.Event):
        row = model.objects.first()
        assert row
        page = reverse(f"admin:djstripe_{model._meta.model_name}_change", args=[row.pk])
        assert row.id in desk.get(page).content.decode()
        assert desk.post(page, {"livemode": "on"}).status_code == 403
        assert desk.post(page.replace("/change/", "/delete/"), {"post": "yes"}).status_code == 403


def test_secrets_of_djstripe_have_no_page() -> None:
    hidden = {djstripe.APIKey, djstripe.WebhookEndpoint, djstripe.IdempotencyKey}
    assert not hidden & set(MIRRORED)
    assert djstripe.Invoice in MIRRORED


def test_a_paid_top_up_leads_to_its_entry(desk: Client, purchase: TopUp) -> None:
    page = desk.get(f"/admin/billing/topup/{purchase.pk}/change/").content.decode()
    assert reverse("admin:wallet_ledgerentry_change", args=[purchase.entry_id]) in page
