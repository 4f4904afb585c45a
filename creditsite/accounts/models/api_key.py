"""Keys with which programs use the API."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime
from functools import cache
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models import Q
from django.utils.crypto import get_random_string

from creditsite.accounts.models.user import User
from creditsite.kernel.actor import Actor
from creditsite.kernel.sql import fetch_prepared

PREFIX_LENGTH = 8
SECRET_LENGTH = 40


class Scope(models.TextChoices):
    """What a key may do."""

    WALLET_READ = "wallet:read", "Read the wallet and its ledger"
    USAGE_WRITE = "usage:write", "Spend credits"
    WALLET_WRITE = "wallet:write", "Change alerts and limits"
    BILLING_WRITE = "billing:write", "Start top-ups"
    DISPUTES_WRITE = "disputes:write", "Open and follow disputes"


class ApiKeys(models.Manager["ApiKey"]):
    """All keys."""

    def find(self, prefix: str) -> ApiKey | None:
        """Return the key of that prefix with its customer, as every API call asks for it.

        A statement of its own: to compose it anew costs more than the spend that follows.
        """
        key_columns = ApiKey._meta.concrete_fields
        found = fetch_prepared(_find_statement(), [prefix])
        if not found:
            return None
        (row,) = found
        key = ApiKey.from_db(connection.alias, [], row[: len(key_columns)])
        if key.customer_id is not None:
            key.customer = User.from_db(connection.alias, [], row[len(key_columns) :])
        return key


class ApiKey(models.Model):
    """One key, `ck_<prefix>.<secret>`: the prefix names it, only the secret's hash is kept.

    A customer's key acts on that customer's wallet; a key without a customer belongs to
    the platform and acts on any wallet, which each call then names.
    """

    customer = models.ForeignKey(
        User,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="api_keys",
        help_text="Empty makes a platform key, which acts on any wallet.",
    )
    name = models.CharField(max_length=50)
    prefix = models.CharField(max_length=16, unique=True, editable=False)
    secret_hash = models.CharField(max_length=64, editable=False)
    scopes = ArrayField(models.CharField(max_length=32, choices=Scope.choices))
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar = ApiKeys()

    class Meta:
        verbose_name = "API key"
        verbose_name_plural = "API keys"
        ordering = ("-created_at",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(scopes__contained_by=Scope.values), name="api_key_scopes_known"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="api_key_has_name"),
        ]

    def __str__(self) -> str:
        return f"{self.prefix} ({self.name})"

    @staticmethod
    def new_text() -> str:
        """Return the whole text of a new random key."""
        return f"ck_{get_random_string(PREFIX_LENGTH)}.{get_random_string(SECRET_LENGTH)}"

    @staticmethod
    def hash_of(text: str) -> str:
        # Plain SHA-256 is enough: the secret is random, not a password that can be guessed.
        return hashlib.sha256(text.encode()).hexdigest()

    def opens_with(self, text: str) -> bool:
        """Tell whether `text` is this key, in constant time, and whether it may still be used."""
        return self.revoked_at is None and hmac.compare_digest(self.secret_hash, self.hash_of(text))

    def used_since(self, moment: datetime) -> bool:
        return self.last_used_at is not None and self.last_used_at > moment

    @property
    def is_platform_key(self) -> bool:
        return self.customer_id is None

    @property
    def actor(self) -> Actor:
        """This key as written on ledger entries."""
        return Actor.api_key(self.prefix)


@cache
def _find_statement() -> str:
    columns = [
        f'{alias}."{field.column}"'
        for alias, model in (("k", ApiKey), ("u", User))
        for field in model._meta.concrete_fields
    ]
    return (
        f'SELECT {", ".join(columns)} FROM "{ApiKey._meta.db_table}" AS k'
        f' LEFT JOIN "{User._meta.db_table}" AS u ON u.id = k.customer_id WHERE k.prefix = %s'
    )
