"""Second factors: what happens to operators' is logged; lost ones are reset."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse

from creditsite.accounts.actions.audit import log_step
from creditsite.accounts.encryption import encrypt_anew
from creditsite.accounts.errors import NoFactors, ResetNotAllowed
from creditsite.accounts.models import User

RESET_RIGHT = "accounts.reset_factors"
# What allauth keeps encrypted of each kind of factor.
SECRETS = ("secret", "seed")


def note_factor(*, person: User, what: str) -> None:
    """Write into the audit log what an operator did to a factor of their own.

    Customers' factors are theirs: the log is about operators.
    """
    if person.is_staff:
        log_step(operator=person, row=person, what=what)


@transaction.atomic
def reset_factors(*, person: User, operator: User, reason: str) -> int:
    """Take all factors from a person who lost them; return how many there were.

    The person is told by mail. A session that was proved by one of them no longer opens the
    admin. Raises `ResetNotAllowed`, `NoFactors`.
    """
    if not may_reset(operator, person):
        raise ResetNotAllowed("This needs the right to reset factors; a superuser's, a superuser.")
    User.objects.select_for_update().get(pk=person.pk)
    factors = Authenticator.objects.filter(user=person)
    count: int = factors.count()
    if not count:
        raise NoFactors(f"{person.email} has no second factor.")
    factors.delete()
    log_step(operator=operator, row=person, what=f"Second factor reset: {reason}")
    transaction.on_commit(lambda: _tell(person), robust=True)
    return count


def may_reset(operator: User, person: User) -> bool:
    """Tell whether an operator may reset a person's factors."""
    if not (operator.is_active and operator.is_staff and operator.has_perm(RESET_RIGHT)):
        return False
    return operator.is_superuser or not person.is_superuser


@transaction.atomic
def encrypt_factors_anew() -> int:
    """Encrypt every factor's secrets with the newest key; return how many factors there are.

    For when SECRET_KEY has changed, and the one before is in SECRET_KEY_FALLBACKS. Raises
    `FactorUnreadable` with nothing changed.
    """
    factors = list(Authenticator.objects.select_for_update())
    for factor in factors:
        kept = {name: encrypt_anew(factor.data[name]) for name in SECRETS if name in factor.data}
        factor.data |= kept
        factor.save(update_fields=["data"])
    return len(factors)


def _tell(person: User) -> None:
    url = f"{settings.SITE_URL}{reverse('mfa_index')}"
    text = render_to_string("emails/factors_reset.txt", {"url": url})
    send_mail("Your two-factor log-in was reset", text, None, [person.email])
