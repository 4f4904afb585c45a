"""Make, use and revoke API keys."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.db import transaction

from creditsite.accounts.actions.audit import log_step
from creditsite.accounts.models import ApiKey, User
from creditsite.kernel import clock

# "Last used" is for people: a write on every call would make each key a hot row.
LAST_USED_STEP = timedelta(minutes=1)


def create_api_key(
    *, customer: User | None, name: str, scopes: Sequence[str], text: str = ""
) -> tuple[ApiKey, str]:
    """Create a key and return it with its whole text, which is never shown again.

    Without a customer it is a platform key, which acts on any wallet. `text` is for the demo,
    whose keys must stay the same: it must be unguessable.
    """
    text = text or ApiKey.new_text()
    prefix, _, _ = text.partition(".")
    key = ApiKey.objects.create(
        customer=customer,
        name=name,
        scopes=list(scopes),
        prefix=prefix,
        secret_hash=ApiKey.hash_of(text),
    )
    return key, text


def revoke_api_key(*, key: ApiKey) -> bool:
    """Make a key useless at once and for good; return whether it was of use until now."""
    return bool(ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=clock.now()))


@transaction.atomic
def revoke_api_keys(*, keys: Iterable[ApiKey], operator: User, reason: str) -> int:
    """Revoke keys, whosever they are, and write that into the audit log; return how many.

    Those that were revoked before stay as they are and are not counted.
    """
    revoked = [key for key in keys if revoke_api_key(key=key)]
    for key in revoked:
        log_step(operator=operator, row=key, what=f"Revoked. Reason: {reason}")
    return len(revoked)


def mark_api_key_used(*, key: ApiKey) -> None:
    """Note that the key was used, to the minute."""
    now = clock.now()
    if not key.used_since(now - LAST_USED_STEP):
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
