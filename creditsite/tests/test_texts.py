"""Texts of people: what says something, and what only looks empty."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from creditsite.kernel.errors import TextOutOfRange
from creditsite.kernel.forms import ReasonField
from creditsite.kernel.texts import require_length, said_in

# Zero width, a soft hyphen, a direction, a filler of Hangul, empty braille, a mark on nothing.
UNSEEN = (
    "",
    " \t\n",
    "\u200b\u200d",
    "\u00ad",
    "\u202e ",
    "\u3164",
    "\u2800",
    "\u00a0\u034f",
    "\x07",
)


@pytest.mark.parametrize("text", UNSEEN)
def test_a_text_of_which_nothing_can_be_seen_says_nothing(text: str) -> None:
    assert said_in(text) == ""
    with pytest.raises(TextOutOfRange):
        require_length(text, longest=10, ask="Write something")
    with pytest.raises(ValidationError, match="required"):
        ReasonField(max_length=10, help_text="").clean(text)


@pytest.mark.parametrize(
    "text", ["ok", "?", "7", "理由", "👍🏽", "e\u0301", "می\u200cروم", "\u200bk"]
)
def test_what_can_be_seen_is_kept_but_for_blanks_around_it(text: str) -> None:
    assert said_in(f" {text}\n") == text
    assert ReasonField(max_length=10, help_text="").clean(f" {text} ") == text
