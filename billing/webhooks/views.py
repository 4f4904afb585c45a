"""The address Stripe delivers events to."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import caches
from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from djstripe.models import WebhookEndpoint

from billing import gateway
from billing.actions import receive_stripe_event
from billing.errors import WebhookRefused
from billing.webhooks.handlers import HANDLERS
from creditsite.kernel import strict_json
from creditsite.kernel.problems import problem_response

BODY_BYTES = 524_288
LONGEST = {"id": 255, "type": 250, "api_version": 64}
# A moment PostgreSQL and Python can both hold; 9999-12-31.
LATEST = 253_402_214_400
MOST_PLACES = 1000
# A new secret takes effect within that time; Stripe tries again what was refused meanwhile.
SECRET_SECONDS = 5
# Written out, because composing it anew costs more than looking.
SECRET = f"SELECT secret FROM {WebhookEndpoint._meta.db_table} WHERE djstripe_uuid = %s"


@csrf_exempt
@login_not_required
@require_POST
@transaction.non_atomic_requests
def receive(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Keep a genuine event and answer at once; of anything else keep nothing and answer 400.

    An unknown address is 404. No call to Stripe is made here: what an event asks for is done
    by a job.
    """
    secret = _secret_of(uuid)
    try:
        payload, text = _verified(request, secret)
    except WebhookRefused as refusal:
        return problem_response(refusal)
    receive_stripe_event(payload=payload, text=text, handled=payload["type"] in HANDLERS)
    return HttpResponse(status=200)


def _secret_of(uuid: UUID) -> str:
    secret: str | None = caches["process"].get_or_set(
        f"webhook-{uuid}", lambda: _read_secret(uuid), SECRET_SECONDS
    )
    if secret is None:
        raise Http404("No endpoint has this address.")
    return secret


def _read_secret(uuid: UUID) -> str | None:
    with connection.cursor() as cursor:
        cursor.execute(SECRET, [uuid])
        row = cursor.fetchone()
    return row[0] if row else None


def _verified(request: HttpRequest, endpoint_secret: str) -> tuple[dict[str, Any], str]:
    """Return the event and its text as JSON."""
    body = request.read(BODY_BYTES + 1)
    if len(body) > BODY_BYTES:
        raise WebhookRefused(f"An event has up to {BODY_BYTES:,} bytes.")
    secrets = [
        secret for secret in (endpoint_secret, settings.SUBSCRIPTION_WEBHOOK_SECRET) if secret
    ]
    header = request.headers.get("Stripe-Signature", "")
    gateway.verify_signature(body=body, header=header, secrets=secrets)
    return _event(body)


def _event(body: bytes) -> tuple[dict[str, Any], str]:
    """Return the event in `body` and its text; refuse what the inbox can't keep or isn't ours."""
    try:
        payload = strict_json.loads(body, parse_float=_number)
    except ValueError as error:
        raise WebhookRefused("An event is a JSON object.") from error
    if not _is_event(payload):
        raise WebhookRefused("An event has an id, a type, a time, a mode and an object.")
    if payload["livemode"] is not settings.STRIPE_LIVE_MODE:
        raise WebhookRefused("The event is of the other mode: live or test.")
    return payload, body.decode()


def _number(text: str) -> float:
    """Return the number that the inbox keeps as it is written and Python can read again."""
    exponent = Decimal(text).as_tuple().exponent
    number = float(text)
    if math.isinf(number) or (isinstance(exponent, int) and abs(exponent) > MOST_PLACES):
        raise ValueError("it holds a number out of range")
    return number


def _is_event(payload: Any) -> bool:
    if not isinstance(payload, dict):
        return False
    created, data = payload.get("created"), payload.get("data")
    # An event of an account from before versions names none.
    texts = payload | {"api_version": payload.get("api_version") or "none"}
    return (
        payload.get("object") == "event"
        and all(
            isinstance(texts.get(name), str) and 0 < len(texts[name]) <= longest
            for name, longest in LONGEST.items()
        )
        and type(created) is int
        and 0 <= created < LATEST
        and isinstance(payload.get("livemode"), bool)
        and isinstance(data, dict)
        and isinstance(data.get("object"), dict)
    )
