"""The webhook address: genuine events are kept at once, of anything else nothing is kept."""

from __future__ import annotations

import json
import time
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db.models.fields.json import KeyTextTransform
from django.test import Client
from djstripe.models import Event, WebhookEventTrigger
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import DjangoAssertNumQueries, Settings

from billing.models import StripeEvent
from billing.tests.stripe_account import SECRET, Deliveries, sign

OTHER_SECRET = "whsec_other56789abcdefghijklmnopqrstuv"


def event(**changes: Any) -> dict[str, Any]:
    """Return a small event of a type we handle."""
    return {
        "id": "evt_1",
        "object": "event",
        "type": "checkout.session.expired",
        "api_version": "2026-08-26.dahlia",
        "created": 1_790_000_000,
        "livemode": False,
        "data": {"object": {"id": "cs_1", "object": "checkout.session", "customer": "cus_1"}},
        "request": {"id": None, "idempotency_key": None},
    } | changes


def nothing_was_kept() -> bool:
    return not (
        StripeEvent.objects.exists()
        or ProcrastinateJob.objects.exists()
        or Event.objects.exists()
        or WebhookEventTrigger.objects.exists()
    )


def test_a_genuine_event_is_kept_with_its_job(deliveries: Deliveries) -> None:
    assert deliveries.bring(event()).status_code == 200
    kept = StripeEvent.objects.get()
    assert (kept.event_id, kept.type, kept.state) == (
        "evt_1",
        "checkout.session.expired",
        "received",
    )
    assert kept.payload == event()
    assert kept.stripe_customer_id == "cus_1"
    assert kept.created.timestamp() == 1_790_000_000
    job = ProcrastinateJob.objects.get()
    assert (job.task_name, job.lock, job.args) == (
        "billing.process_stripe_event", "stripe:cus_1", {"event": kept.pk},
    )  # fmt: skip


def test_a_second_delivery_is_answered_and_changes_nothing(deliveries: Deliveries) -> None:
    assert deliveries.bring(event()).status_code == 200
    assert deliveries.bring(event(type="charge.succeeded")).status_code == 200
    assert StripeEvent.objects.get().type == "checkout.session.expired"
    assert ProcrastinateJob.objects.count() == 1


def test_an_event_we_do_nothing_about_is_only_mirrored(deliveries: Deliveries) -> None:
    assert deliveries.bring(event(type="charge.succeeded")).status_code == 200
    assert StripeEvent.objects.get().state == "ignored"
    assert ProcrastinateJob.objects.get().task_name == "billing.mirror_stripe_event"


def test_an_event_about_a_customer_waits_in_that_customers_line(deliveries: Deliveries) -> None:
    subject = {"id": "cus_2", "object": "customer"}
    deliveries.bring(event(data={"object": subject}))
    deliveries.bring(event(id="evt_2", data={"object": {"customer": {"id": "cus_3"}}}))
    deliveries.bring(event(id="evt_3", data={"object": {"id": "price_1"}}))
    lanes = [job.lock for job in ProcrastinateJob.objects.order_by("id")]
    assert lanes == ["stripe:cus_2", "stripe:cus_3", "stripe:evt_3"]


def test_the_secret_of_the_settings_is_good_too(deliveries: Deliveries, settings: Settings) -> None:
    settings.SUBSCRIPTION_WEBHOOK_SECRET = OTHER_SECRET
    assert deliveries.bring(event(), secret=OTHER_SECRET).status_code == 200
    assert deliveries.bring(event(id="evt_2")).status_code == 200


def test_an_endpoint_without_any_secret_accepts_nothing(deliveries: Deliveries) -> None:
    deliveries.endpoint.secret = ""
    deliveries.endpoint.save()
    assert deliveries.bring(event(), secret="").status_code == 400
    assert nothing_was_kept()


@pytest.mark.parametrize("seconds", [-299, 0, 299])
def test_a_signature_of_these_five_minutes_is_good(deliveries: Deliveries, seconds: int) -> None:
    at = time.time() + seconds * 0.99
    assert deliveries.bring(event(), at=at).status_code == 200


@pytest.mark.parametrize("seconds", [-86400, -302, 302, 86400, 10**10])
def test_a_stale_or_future_signature_is_refused(deliveries: Deliveries, seconds: int) -> None:
    assert deliveries.bring(event(), at=time.time() + seconds).status_code == 400
    assert nothing_was_kept()


def test_a_forged_signature_is_refused(deliveries: Deliveries) -> None:
    answer = deliveries.bring(event(), secret=OTHER_SECRET)
    assert answer.status_code == 400
    assert json.loads(answer.content)["code"] == "webhook_refused"
    assert nothing_was_kept()


def test_a_changed_body_is_refused(deliveries: Deliveries) -> None:
    header = sign(json.dumps(event()))
    answer = deliveries.bring(event(id="evt_2"), header=header)
    assert answer.status_code == 400
    assert nothing_was_kept()


@pytest.mark.parametrize(
    "header",
    ["", "garbage", "t=,v1=", "t=now,v1=00", f"v1={'0' * 64}", "t=1" * 50, "t=-1,v1=00",
     "t=１,v1=0", "t={now}", "t={now},v0=00", "t={now},v1=é", "t={now},v1"],
)  # fmt: skip
def test_a_garbage_signature_is_refused(deliveries: Deliveries, header: str) -> None:
    header = header.replace("{now}", str(int(time.time())))
    assert deliveries.bring(event(), header=header).status_code == 400
    assert nothing_was_kept()


def test_a_second_time_in_the_header_does_not_refresh_a_stale_signature(
    deliveries: Deliveries,
) -> None:
    text = json.dumps(event())
    stale = sign(text, at=time.time() - 4000)
    for header in (f"t={int(time.time())},{stale}", f"{stale},t={int(time.time())}"):
        assert deliveries.bring(text, header=header).status_code == 400
    assert nothing_was_kept()


def test_an_event_of_the_other_mode_is_refused(deliveries: Deliveries) -> None:
    assert deliveries.bring(event(livemode=True)).status_code == 400
    assert nothing_was_kept()


def with_number(text: str) -> str:
    """Return an event with a number that Python would write in another way."""
    return json.dumps(event(extra="NUMBER")).replace('"NUMBER"', text)


@pytest.mark.parametrize("text", ["0.10", "12345678901234567.125", "1e308", "1E-999", "9" * 4000])
def test_numbers_are_kept_as_they_are_written(deliveries: Deliveries, text: str) -> None:
    assert deliveries.bring(with_number(text)).status_code == 200
    exact = StripeEvent.objects.annotate(text=KeyTextTransform("extra", "payload")).get()
    assert Decimal(exact.text) == Decimal(text)
    assert isinstance(exact.payload["extra"], int | float)


@pytest.mark.parametrize(
    "body",
    [
        "", "null", "[]", "1", '"evt"', "{", "{}", "[" * 100_000, b"\xff\xfe",
        json.dumps(event(id="")), json.dumps(event(id=1)), json.dumps(event(id="e" * 256)),
        json.dumps(event(type=None)), json.dumps(event(type="t" * 251)),
        json.dumps(event(created="now")), json.dumps(event(created=True)),
        json.dumps(event(created=1e10)), json.dumps(event(created=-1)),
        json.dumps(event(created=10**12)), json.dumps(event(livemode="false")),
        json.dumps(event(livemode=0)), json.dumps(event(api_version=3)),
        json.dumps(event(api_version="v" * 65)), json.dumps(event(data=None)),
        json.dumps(event(data={})), json.dumps(event(data={"object": []})),
        json.dumps(event(object="charge")), json.dumps(event(extra=float("nan"))),
        json.dumps(event(extra="a\x00b")),
        *(with_number(text) for text in (
            *("1e309", "-1e9999", "1e-20000", "0e99999", "1e9999999999999999999"),
            *(f"0.{'1' * 2000}", '"\\u0000", "extra": 1', '"\\ud800", "extra": 1'),
        )),
    ],
    ids=lambda body: repr(body[:60]),
)  # fmt: skip
def test_a_signed_body_that_is_no_event_is_refused(
    deliveries: Deliveries, body: str | bytes
) -> None:
    header = None if isinstance(body, str) else sign("x")
    assert deliveries.bring(body, header=header).status_code == 400
    assert nothing_was_kept()


def test_a_huge_body_is_refused(deliveries: Deliveries) -> None:
    assert deliveries.bring(event(padding="x" * 600_000)).status_code == 400
    assert nothing_was_kept()


def test_a_gigantic_body_is_refused_before_it_is_read(deliveries: Deliveries) -> None:
    assert deliveries.bring(event(padding="x" * 10_000_000)).status_code == 413
    assert nothing_was_kept()


def test_an_unknown_address_is_not_found(db: None) -> None:
    answer = Client().post(
        f"/stripe/webhook/{uuid4()}/",
        event(),
        content_type="application/json",
        headers={"Stripe-Signature": sign(json.dumps(event()))},
    )
    assert answer.status_code == 404
    assert nothing_was_kept()


@pytest.mark.parametrize("path", ["/stripe/", "/stripe/webhook/", "/stripe/nothing"])
def test_what_is_no_address_of_stripes_is_a_page_not_found(db: None, path: str) -> None:
    answer = Client().post(path)
    assert answer.status_code == 404
    assert "text/html" in answer.headers["Content-Type"]


def test_an_address_without_its_slash_is_no_address(deliveries: Deliveries) -> None:
    answer = Client().post(deliveries.path.rstrip("/"))
    assert "Content-Security-Policy" in answer.headers
    assert answer.status_code == 301


def test_a_delivery_goes_past_what_is_for_browsers(deliveries: Deliveries) -> None:
    answer = deliveries.bring(event())
    assert answer.headers["Content-Length"] == "0"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert not {"Set-Cookie", "Vary", "Content-Security-Policy"} & set(answer.headers)


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "head"])
def test_only_post_is_answered(deliveries: Deliveries, method: str) -> None:
    assert getattr(Client(), method)(deliveries.path).status_code == 405


def test_no_csrf_token_is_asked_for(deliveries: Deliveries) -> None:
    text = json.dumps(event())
    answer = Client(enforce_csrf_checks=True).post(
        deliveries.path,
        text,
        content_type="application/json",
        headers={"Stripe-Signature": sign(text)},
    )
    assert answer.status_code == 200


def test_the_debug_header_of_djstripe_opens_nothing(
    deliveries: Deliveries, settings: Settings
) -> None:
    settings.DEBUG = True
    text = json.dumps(event())
    answer = Client().post(
        deliveries.path,
        text,
        content_type="application/json",
        headers={
            "Stripe-Signature": sign(text, secret="attacker"),
            "x-djstripe-webhook-secret": "attacker",
        },
    )
    assert answer.status_code == 400
    assert nothing_was_kept()


def test_stripe_is_not_asked_within_the_request(
    deliveries: Deliveries,
    settings: Settings,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    with django_assert_max_num_queries(10):
        assert deliveries.bring(event(), secret=SECRET).status_code == 200
