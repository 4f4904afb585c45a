"""The connection to Stripe, and what becomes of its refusals."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

import stripe
from django.conf import settings

from billing.errors import (
    CheckoutExpiryRefused,
    PreviewOutdated,
    StripeObjectMissing,
    StripeRefused,
    StripeUnavailable,
)

logger = logging.getLogger(__name__)

# Together well below the minute after which the page gives up.
CONNECT_SECONDS, READ_SECONDS = 3, 10
NETWORK_RETRIES = 1
RETRY_AFTER_SECONDS = 5


def client() -> stripe.StripeClient:
    """Return the client of the site's key and mode."""
    return _made_client(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE)


@lru_cache(maxsize=4)
def _made_client(secret_key: str, api_base: str) -> stripe.StripeClient:
    return stripe.StripeClient(
        secret_key,
        base_addresses={"api": api_base} if api_base else None,
        stripe_version=settings.STRIPE_API_VERSION,
        max_network_retries=NETWORK_RETRIES,
        http_client=stripe.RequestsClient(timeout=(CONNECT_SECONDS, READ_SECONDS)),
    )


@contextmanager
def refusals(*, when_lost: str = "Nothing was charged.") -> Iterator[None]:
    """Turn what stripe raises into refusals of ours.

    `when_lost` says what may have happened where no answer came; repeating is safe.
    """
    try:
        yield
    except (stripe.APIConnectionError, stripe.APIError, stripe.RateLimitError) as error:
        logger.warning("Stripe can't be reached: %s", error)
        raise StripeUnavailable(
            f"{when_lost} It is safe to try again in a moment.",
            retry_after=RETRY_AFTER_SECONDS,
        ) from error
    except stripe.InvalidRequestError as error:
        if error.code == "resource_missing":
            raise StripeObjectMissing(
                f"Stripe says: {error.user_message}", param=error.param or ""
            ) from error
        if error.param == "expires_at":
            raise CheckoutExpiryRefused(f"Stripe says: {error.user_message}") from error
        if error.param == "proration_date":
            raise PreviewOutdated(
                "A new period has begun since. Look at the change again."
            ) from error
        raise _refused(error) from error
    except stripe.StripeError as error:
        raise _refused(error) from error


def _refused(error: stripe.StripeError) -> StripeRefused:
    # Not the customer's fault and not for the customer's eyes: keys and settings are ours.
    logger.error("Stripe refused a request: %s", error)
    return StripeRefused("Nothing was charged. Please tell us that this happened.")


def limit_default_timeouts() -> None:
    """Bound the calls dj-stripe makes through stripe's module-wide client (80 s by default)."""
    stripe.default_http_client = stripe.RequestsClient(timeout=(CONNECT_SECONDS, READ_SECONDS))
    stripe.max_network_retries = NETWORK_RETRIES
