"""docs/admin.md names every list, step and report of the admin: a new one needs its words."""

from __future__ import annotations

import re

import pytest
from django.contrib import admin
from django.utils.text import capfirst

from billing.reports.issues import ISSUE_KINDS
from creditsite.kernel.report import ReportRange, Unit
from creditsite.tests.sandbox_fixtures import BASE_DIR
from wallet.admin.report_pages import REPORTS, ReportPage
from wallet.admin.steps import StepsAdmin

GUIDE = BASE_DIR / "docs/admin.md"
OURS = {"accounts", "wallet", "billing", "disputes"}


def section(heading: str) -> str:
    """Return what the guide says under a heading."""
    level = heading.partition(" ")[0]
    _, found, rest = GUIDE.read_text().partition(f"\n{heading}\n")
    assert found, f"docs/admin.md has no heading {heading!r}"
    return re.split(rf"\n#{{1,{len(level)}}} ", rest)[0]


def rows(heading: str) -> list[list[str]]:
    """Return the cells of the table under a heading, without its head."""
    lines = [line for line in section(heading).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_every_step_is_in_the_table_of_steps_with_its_right() -> None:
    steps = {
        (capfirst(model._meta.verbose_name_plural), f"**{step.label}**", f"`{right}`")
        for model, page in admin.site._registry.items()
        if isinstance(page, StepsAdmin)
        for step in (*page.steps, *page.list_steps)
        for right in [step.permission.partition(".")[2]]
    }
    told = [tuple(row[:3]) for row in rows("## All steps")]
    assert set(told) == steps
    assert len(told) == len(steps)


def test_every_step_says_what_it_does() -> None:
    assert not [row[:2] for row in rows("## All steps") if not row[3]]


def test_every_kind_of_billing_issue_is_in_its_table() -> None:
    assert [row[0] for row in rows("## Billing issues")] == [kind.title for kind in ISSUE_KINDS]


def test_every_list_is_in_the_table_of_lists() -> None:
    lists = {
        capfirst(model._meta.verbose_name_plural)
        for model in admin.site._registry
        if model._meta.app_label in OURS
    }
    told = [row[0] for row in rows("## Every list")]
    assert set(told) == lists
    assert len(told) == len(lists)


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.name)
def test_every_report_is_explained_line_by_line(report: ReportPage, db: None) -> None:
    text = section(f"### {report.title}")
    assert f"`{report.permission.partition('.')[2]}`" in text
    tables = report.build(ReportRange.last_days(1)).tables
    columns = [column for table in tables for column in table.columns]
    lines = {column.label for column in columns if column.unit != Unit.PERIOD}
    told = f", {', '.join(row[0] for row in rows(f'### {report.title}'))},"
    assert not {line for line in lines if f", {line}," not in told}
    assert not {name for name in report.files if name.replace("-", " ") not in text}


def test_every_page_and_picture_it_names_is_there() -> None:
    named = re.findall(r"\]\(([^)#\s]+?)(?:#[^)]*)?\)", GUIDE.read_text())
    missing = [name for name in named if not (GUIDE.parent / name).exists()]
    assert len(named) > 10
    assert not missing
