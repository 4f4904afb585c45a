"""What log-ins refuse, one class each."""

from __future__ import annotations

from creditsite.kernel.errors import DomainError


class SecondFactorRequired(DomainError):
    """An operator's session was logged in without a second factor. Go through the page named."""

    code = "second_factor_required"
    title = "Operators log in with a second factor"
    status = 403


class FactorUnreadable(DomainError):
    """The second factor was encrypted with a key that the site no longer has."""

    code = "factor_unreadable"
    title = "Your second factor can't be read"
    status = 503


class NoFactors(DomainError):
    """The person has no second factor, so there is nothing to reset."""

    code = "no_factors"
    title = "There is no second factor"
    status = 409


class ResetNotAllowed(DomainError):
    """Only operators with that right reset others' factors, and a superuser's only a superuser."""

    code = "reset_not_allowed"
    title = "You may not reset this person's factors"
    status = 403
