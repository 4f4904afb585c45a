"""Webhooks acknowledged, against a view of the same site that only reads the body.

Once behind all middleware, as a view of any Django site is, and once where the site's own way
for Stripe leads, past what is for browsers.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from djstripe.models import WebhookEndpoint

from benchmarks import http_operations
from benchmarks.http_operations import posting_events
from benchmarks.measure import Contest, Figure, Measure
from benchmarks.stage import Database, Stage
from benchmarks.web import serving
from billing.models import StripeEvent

SECRET = "whsec_0123456789abcdefghijklmnopqrstuv"


@contextmanager
def prepare(stage: Stage) -> Iterator[Contest]:
    with stage.borrowed("webhooks") as database:
        paths = {
            "webhook": f"/stripe/webhook/{_endpoint().djstripe_uuid}/",
            "a view that reads the body": "/nothing/",
            "the same, past what is for browsers": "/stripe/nothing/",
        }
        with serving(stage, database=database, settings="benchmarks.settings") as port:
            address = {"port": port, "secret": SECRET}
            yield Contest(
                [
                    stage.load(
                        name, http_operations.work(posting_events, database, path=path, **address)
                    )
                    for name, path in paths.items()
                ],
                remarks=lambda: _kept(database),
            )


def _endpoint() -> WebhookEndpoint:
    endpoint: WebhookEndpoint = WebhookEndpoint.objects.create(
        id="we_bench",
        secret=SECRET,
        url="https://credits.example.com/",
        enabled_events=["*"],
        livemode=False,
        status="enabled",
        api_version="2026-08-26.dahlia",
    )
    return endpoint


def _kept(database: Database) -> list[str]:
    database.use()
    return [f"{StripeEvent.objects.count():,} events in the inbox, each with its job"]


MEASURE = Measure(
    name="webhooks",
    unit="requests/s",
    figures=(
        Figure(
            "webhooks acknowledged / a view that reads the body",
            *("webhook", "a view that reads the body"),
            floor=0.3,
            aim=0.6,
        ),
        Figure(
            "webhooks acknowledged / the same view, past what is for browsers",
            *("webhook", "the same, past what is for browsers"),
        ),
    ),
    prepare=prepare,
)
