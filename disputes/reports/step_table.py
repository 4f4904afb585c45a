"""The table of states and steps, as docs/disputes.md shows it."""

from __future__ import annotations

from disputes.models import STEPS, DisputeStatus, DisputeStep


def step_table() -> str:
    """Return the table in Markdown: where each step leads from each state, or its refusal."""
    lines = [
        f"| step | who | {' | '.join(status.value for status in DisputeStatus)} |",
        f"|---|---|{'---|' * len(DisputeStatus)}",
        *(
            f"| {step.label} | {STEPS[step].party.label}"
            f" | {' | '.join(_cell(status, step) for status in DisputeStatus)} |"
            for step in DisputeStep
        ),
    ]
    return "\n".join(lines)


def _cell(status: DisputeStatus, step: DisputeStep) -> str:
    rule = STEPS[step]
    if status not in rule.leads:
        return f"`{rule.refusals[status][0].code}`"
    reached = rule.leads[status]
    return "stays" if reached == (status,) else "→ " + " or ".join(each.value for each in reached)
