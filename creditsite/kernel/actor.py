"""Who did it: one short text that stays readable when the person's account is gone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Actor:
    """A person, an API key or the system itself, as written on ledger entries.

    `str(actor)` is what is stored and hashed: `user:12`, `api_key:ck_a1b2c3d4`, `system:stripe`.
    """

    kind: Literal["user", "api_key", "system"]
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"

    @classmethod
    def user(cls, user_id: int) -> Actor:
        return cls("user", str(user_id))

    @classmethod
    def api_key(cls, prefix: str) -> Actor:
        return cls("api_key", prefix)

    @classmethod
    def system(cls, part: str) -> Actor:
        return cls("system", part)
