"""What `make run` gives its processes: the demo, and nothing that the person decided otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from creditsite.development.plan import Plan

PLAN = Plan(Path("data"), 8000, 12111)


@pytest.mark.parametrize(("said", "given"), [(None, "false"), ("", "false"), ("true", "true")])
def test_the_demo_asks_operators_for_no_second_factor_unless_told_to(
    monkeypatch: pytest.MonkeyPatch, said: str | None, given: str
) -> None:
    monkeypatch.delenv("STAFF_MFA_REQUIRED", raising=False)
    if said is not None:
        monkeypatch.setenv("STAFF_MFA_REQUIRED", said)
    assert PLAN.environment()["STAFF_MFA_REQUIRED"] == given
