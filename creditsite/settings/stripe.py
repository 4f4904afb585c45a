"""Stripe: keys, where its API is, and what dj-stripe needs to mirror it."""

from datetime import timedelta

from creditsite.settings.environment import flag, read

STRIPE_API_VERSION = "2026-08-26.dahlia"
STRIPE_LIVE_MODE = read(
    "STRIPE_LIVE_MODE",
    flag,
    default="false",
    expects="true to take real money",
    check_id="creditsite.E060",
)
# The default key opens the sandbox only; a real test key has the same form.
STRIPE_TEST_SECRET_KEY = read(
    "STRIPE_TEST_SECRET_KEY",
    str,
    default="sk_test_creditsite0sandbox0local",
    expects="sk_test_… (or rk_test_…) and at least 24 letters or digits",
    check_id="creditsite.E061",
    valid=lambda key: key.startswith(("sk_test_", "rk_test_")) and len(key) >= 32,
)
STRIPE_LIVE_SECRET_KEY = read(
    "STRIPE_LIVE_SECRET_KEY",
    str,
    default="",
    expects="sk_live_… (or rk_live_…) and at least 24 letters or digits",
    check_id="creditsite.E062",
    valid=lambda key: key.startswith(("sk_live_", "rk_live_")) and len(key) >= 32,
)
STRIPE_API_BASE = read(
    "STRIPE_API_BASE",
    lambda text: text.rstrip("/"),
    default="",
    expects="where a sandbox listens, such as http://127.0.0.1:12111; empty is Stripe itself",
    check_id="creditsite.E063",
    valid=lambda url: url.startswith(("http://", "https://")),
)
SUBSCRIPTION_WEBHOOK_SECRET = read(
    "SUBSCRIPTION_WEBHOOK_SECRET",
    str,
    default="",
    expects="whsec_…; empty uses the secret `manage.py setup_stripe` was given",
    check_id="creditsite.E064",
    valid=lambda secret: secret.startswith("whsec_"),
)
STRIPE_INBOX_LIFETIME: timedelta = read(
    "STRIPE_INBOX_DAYS",
    lambda text: timedelta(days=int(text)),
    default="90",
    expects="days for which Stripe's events are kept after they were processed",
    check_id="creditsite.E065",
    valid=lambda lifetime: timedelta(days=35) <= lifetime <= timedelta(days=3650),
)
STRIPE_SECRET_KEY = STRIPE_LIVE_SECRET_KEY if STRIPE_LIVE_MODE else STRIPE_TEST_SECRET_KEY

if STRIPE_API_BASE:
    # dj-stripe breaks on an empty host: the name must not exist where Stripe itself is meant.
    STRIPE_API_HOST = STRIPE_API_BASE
DJSTRIPE_FOREIGN_KEY_TO_FIELD = "id"
DJSTRIPE_SUBSCRIBER_CUSTOMER_KEY = "djstripe_subscriber"
SILENCED_SYSTEM_CHECKS = ["djstripe.W002"] if STRIPE_API_BASE else []
