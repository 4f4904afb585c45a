"""Make, use and revoke API keys."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

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


def revoke_api_key(*, key: ApiKey) -> None:
    """Make a key useless at once and for good. Repeating it changes nothing."""
    ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=clock.now())


def mark_api_key_used(*, key: ApiKey) -> None:
    """Note that the key was used, to the minute."""
    now = clock.now()
    if not key.used_since(now - LAST_USED_STEP):
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
