"""The table of states and steps, as docs/disputes.md shows it."""

from __future__ import annotations

from disputes.models import STEPS, DisputeStatus, DisputeStep


def step_table() -> str:
    """Return the table in Markdown: for each state and step where it leads, or the refusal."""
    heads = [f"{step.label} ({STEPS[step].party.label})" for step in DisputeStep]
    lines = [
        f"| | {' | '.join(heads)} |",
        f"|---|{'---|' * len(heads)}",
        *(
            f"| **{status.value}** | {' | '.join(_cell(status, step) for step in DisputeStep)} |"
            for status in DisputeStatus
        ),
    ]
    return "\n".join(lines)


def _cell(status: DisputeStatus, step: DisputeStep) -> str:
    rule = STEPS[step]
    if status not in rule.leads:
        return f"`{rule.refusals[status][0].code}`"
    reached = rule.leads[status]
    return "stays" if reached == (status,) else "→ " + " or ".join(each.value for each in reached)
