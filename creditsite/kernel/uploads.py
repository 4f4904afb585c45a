"""Views that take larger bodies than others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpRequest
from django.urls import Resolver404, resolve

View = TypeVar("View", bound=Callable[..., Any])
LIMIT_NAME = "most_body_bytes"


def takes_bodies_up_to(most: int) -> Callable[[View], View]:
    """Let a view read bodies of up to `most` bytes. Belongs outermost, also around `as_view()`."""

    def mark(view: View) -> View:
        setattr(view, LIMIT_NAME, most)
        return view

    return mark


def most_body_bytes(request: HttpRequest, default: int) -> int:
    """Return how large the body of a request may be."""
    try:
        view = resolve(request.path_info).func
    except Resolver404:
        return default
    return int(getattr(view, LIMIT_NAME, default))
