"""Which forms of steps were used: each does its step once, however often it is sent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.cache import cache
from django.http import HttpRequest

# Which forms of this session were used up.
USED_FORMS = "used_step_forms"
REMEMBERED_FORMS = 50
TAKEN_SECONDS = 60 * 60
DONE_ALREADY = "That was done already; this form did nothing more."
SENT_ALREADY = "This form was sent a moment ago. See what it did before you fill in another."


def is_used_up(request: HttpRequest, form_id: str) -> bool:
    """Whether the step of the form was done in this session."""
    return form_id in request.session.get(USED_FORMS, [])


@contextmanager
def taken_once(request: HttpRequest, form_id: str) -> Iterator[bool]:
    """Yield whether the form is this request's, to do its step with it.

    Where it is sent many times at the same moment, it is one's alone: what the session remembers
    comes too late for the others. Where that one fails, the form can be sent again.
    """
    key = f"creditsite.step.{request.user.pk}.{form_id}"
    if not cache.add(key, True, timeout=TAKEN_SECONDS):
        yield False
        return
    try:
        yield True
    except Exception:
        cache.delete(key)
        raise
    used = request.session.get(USED_FORMS, [])
    request.session[USED_FORMS] = [*used, form_id][-REMEMBERED_FORMS:]
