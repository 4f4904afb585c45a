"""What docs/disputes.md says is what the code does."""

from __future__ import annotations

from pathlib import Path

from disputes.reports.step_table import step_table

PAGE = Path(__file__).parents[2] / "docs/disputes.md"


def test_the_table_of_states_and_steps_is_that_of_the_code() -> None:
    assert step_table() in PAGE.read_text(), f"docs/disputes.md should have:\n{step_table()}"
