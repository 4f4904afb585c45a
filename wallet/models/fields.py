"""The column every number of credits is kept in."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db import models

from creditsite.kernel.credits import CREDIT_DIGITS, CREDIT_PLACES

Set = TypeVar("Set")
Get = TypeVar("Get")


class CreditsField(models.DecimalField[Set, Get]):
    """`numeric(18,4)`: credits, never money, never float."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_digits"] = CREDIT_DIGITS
        kwargs["decimal_places"] = CREDIT_PLACES
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_digits"], kwargs["decimal_places"]
        return name, path, list(args), kwargs
