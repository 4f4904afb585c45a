"""System checks: what start-up refuses, each with an id and what to do about it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured

from creditsite.settings.environment import PROBLEMS


@checks.register()
def check_variables(**_: Any) -> list[checks.CheckMessage]:
    """Name every environment variable whose value can't be used."""
    return [
        checks.Error(
            f"{problem.variable.name} has a value that can't be used.",
            hint=f"Give {problem.variable.expects}.",
            id=problem.variable.check_id,
        )
        for problem in PROBLEMS
    ]


@checks.register()
def check_combinations(**_: Any) -> list[checks.CheckMessage]:
    """Refuse settings that are fine alone and dangerous or useless together."""
    return [*_of_live_mode(), *_of_prices()]


def _of_live_mode() -> list[checks.CheckMessage]:
    found: list[checks.CheckMessage] = []
    if settings.STRIPE_LIVE_MODE and settings.STRIPE_API_BASE:
        found.append(
            checks.Error(
                "STRIPE_LIVE_MODE is on while STRIPE_API_BASE names a sandbox.",
                hint="Unset STRIPE_API_BASE to take real money, or STRIPE_LIVE_MODE to test.",
                id="creditsite.E070",
            )
        )
    if settings.STRIPE_LIVE_MODE and not settings.STRIPE_LIVE_SECRET_KEY:
        found.append(
            checks.Error(
                "STRIPE_LIVE_MODE is on without STRIPE_LIVE_SECRET_KEY.",
                hint="Set STRIPE_LIVE_SECRET_KEY to the sk_live_… key of the account.",
                id="creditsite.E071",
            )
        )
    if settings.STRIPE_LIVE_MODE and settings.DEBUG:
        found.append(
            checks.Error(
                "DEBUG is on while STRIPE_LIVE_MODE takes real money.",
                hint="Unset DEBUG: dj-stripe lets anyone forge webhooks while it is on.",
                id="creditsite.E072",
            )
        )
    if settings.STRIPE_LIVE_MODE and not settings.STAFF_MFA_REQUIRED:
        found.append(
            checks.Error(
                "STAFF_MFA_REQUIRED is off while STRIPE_LIVE_MODE takes real money.",
                hint="Unset STAFF_MFA_REQUIRED: a password alone would open the admin.",
                id="creditsite.E075",
            )
        )
    return found


def _of_prices() -> list[checks.CheckMessage]:
    found: list[checks.CheckMessage] = []
    if settings.TOP_UP_MINIMUM > settings.TOP_UP_MAXIMUM:
        found.append(
            checks.Error(
                "TOP_UP_MINIMUM is larger than TOP_UP_MAXIMUM.",
                hint="Nobody could buy anything: lower the one or raise the other.",
                id="creditsite.E073",
            )
        )
    if settings.CREDIT_FLOOR_RATE > settings.DEFAULT_CREDIT_RATE:
        found.append(
            checks.Error(
                "CREDIT_FLOOR_RATE is above DEFAULT_CREDIT_RATE.",
                hint="Nothing could be sold: lower the floor or raise the rate.",
                id="creditsite.E074",
            )
        )
    return found


def refuse_bad_settings() -> None:
    """Raise with every problem of the settings, for servers that run no system checks."""
    found = [*check_variables(), *check_combinations()]
    if found:
        raise ImproperlyConfigured("\n".join(str(message) for message in found))
