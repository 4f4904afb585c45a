"""`manage.py setup_stripe --base-url URL`: make at Stripe what this site needs there."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from billing.actions import (
    EndpointStep,
    SetUpEndpoint,
    price_waiting_versions,
    set_up_webhook_endpoint,
)
from billing.errors import StripeRefused, StripeUnavailable
from billing.webhooks.handlers import EVENT_TYPES


class Command(BaseCommand):
    """Repeating it is harmless: what stands is left alone, what is missing is made."""

    help = "Make the webhook endpoint and the prices this site needs at Stripe. "
    help += "Run it again after every change of address, keys or version."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--base-url",
            default=settings.SITE_URL,
            help="the site's address as Stripe reaches it (default: SITE_URL)",
        )

    def handle(self, *args: Any, base_url: str, **options: Any) -> None:
        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise CommandError(
                f"{base_url} is no address; give one like https://credits.example.com"
            )
        place = settings.STRIPE_API_BASE or "https://api.stripe.com"
        self.stdout.write(
            f"Stripe at {place}, {'live' if settings.STRIPE_LIVE_MODE else 'test'} mode"
        )
        try:
            priced = price_waiting_versions()
            done = set_up_webhook_endpoint(base_url=base_url, events=EVENT_TYPES)
        except StripeUnavailable as error:
            raise CommandError(
                f"{place} can't be reached ({error.__cause__}). Is it running?"
            ) from error
        except StripeRefused as error:
            raise CommandError(
                f"Stripe refused: {error.__cause__}. Check STRIPE_TEST_SECRET_KEY or "
                "STRIPE_LIVE_SECRET_KEY and the address."
            ) from error
        for version in priced:
            self.stdout.write(f"{version} has its price at Stripe and is on sale.")
        self.stdout.write(self.style.SUCCESS(done.step.value))
        self.stdout.write(f"Events come to {done.url}")
        if done.step is EndpointStep.LOCAL:
            self._explain_forwarding(done)

    def _explain_forwarding(self, done: SetUpEndpoint) -> None:
        self.stdout.write("Let Stripe's command line tool forward them:")
        self.stdout.write(
            f"  stripe listen --forward-to {done.url} --events {','.join(EVENT_TYPES)}"
        )
        if not settings.SUBSCRIPTION_WEBHOOK_SECRET:
            self.stdout.write(
                self.style.WARNING(
                    "It prints a secret, whsec_…: set SUBSCRIPTION_WEBHOOK_SECRET to it and start "
                    "the site again. Until then every delivery is refused."
                )
            )
