"""Refusals: every "no" of the product is a class with a code, a status and a next step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class NextStep:
    """What the person can do now: a link's text and its path on this site."""

    label: str
    url: str


class DomainError(Exception):
    """A rule said no; no credits and no money moved.

    Actions raise it, only the edges catch it: the API answers it as an RFC 9457 problem,
    pages as a dialog, the admin as a message. `extras` holds typed facts for programs
    (available, required, …) and must be JSON-serialisable after `str()` of decimals.
    """

    code: ClassVar[str]
    title: ClassVar[str]
    status: ClassVar[int] = 409

    def __init__(
        self,
        detail: str,
        *,
        next_step: NextStep | None = None,
        retry_after: int | None = None,
        **extras: object,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.next_step = next_step
        self.retry_after = retry_after
        self.extras = extras


def refusals(base: type[DomainError] = DomainError) -> Iterator[type[DomainError]]:
    """Yield every refusal class that is loaded."""
    for refusal in base.__subclasses__():
        yield refusal
        yield from refusals(refusal)


class IdempotencyKeyReused(DomainError):
    """The key already stands for another request. The first result is not shown."""

    code = "idempotency_key_reused"
    title = "This idempotency key was used for another request"
    status = 409


class TextOutOfRange(DomainError):
    """A text is too short or too long. `shortest` and `longest` count its characters."""

    code = "text_out_of_range"
    title = "This text is too short or too long"
    status = 400


class LengthRequired(DomainError):
    """The request has a body and does not say how long it is."""

    code = "length_required"
    title = "Say how long the body is"
    status = 411


class BodyTooLarge(DomainError):
    """The request body is larger than the site reads."""

    code = "body_too_large"
    title = "The request body is too large"
    status = 413
