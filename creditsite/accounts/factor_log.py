"""What allauth says of factors goes into the audit log."""

from __future__ import annotations

from typing import Any

from allauth.mfa import signals
from allauth.mfa.models import Authenticator

from creditsite.accounts.actions import note_factor
from creditsite.accounts.models import User


def listen() -> None:
    """Have allauth's signals written down."""
    signals.authenticator_added.connect(_added)
    signals.authenticator_removed.connect(_removed)
    signals.authenticator_reset.connect(_made_anew)


def _added(*, user: User, authenticator: Authenticator, **_: Any) -> None:
    note_factor(person=user, what=f"Second factor added: {authenticator}")


def _removed(*, user: User, authenticator: Authenticator, **_: Any) -> None:
    note_factor(person=user, what=f"Second factor removed: {authenticator}")


def _made_anew(*, user: User, authenticator: Authenticator, **_: Any) -> None:
    note_factor(person=user, what=f"Second factor made anew: {authenticator}")
