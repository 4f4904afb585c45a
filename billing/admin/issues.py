"""The operators' page of what in billing stands still."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from billing.reports.issues import ISSUE_KINDS, MOST, Issue, IssueKind
from creditsite.accounts.models import User
from creditsite.kernel import clock
from wallet.admin.report_pages import operators_site
from wallet.admin.tables import Cell, Table, link, moment

ISSUES = "Billing issues"
PAGE = "billing_issues"


def register_issues() -> None:
    """Serve the page in the admin."""
    operators_site().add_page("billing-issues/", _page, name=PAGE)


@require_safe
def _page(request: HttpRequest) -> HttpResponse:
    kinds = [kind for kind in ISSUE_KINDS if request.user.has_perm(kind.permission)]
    if not kinds:
        raise PermissionDenied
    now = clock.now()
    found = [(kind, list(kind.find(now))) for kind in kinds]
    context = {
        **admin.site.each_context(request),
        "title": ISSUES,
        "tables": [_table(kind, issues, request.user) for kind, issues in found if issues],
        "settled": [kind.title for kind, issues in found if not issues],
    }
    return TemplateResponse(request, "admin/billing/issues.html", context)


def _table(kind: IssueKind, issues: list[Issue], user: User | AnonymousUser) -> Table:
    shown = sorted(issues, key=lambda issue: issue.since)[:MOST]
    are_more = len(issues) > MOST
    return Table(
        title=kind.title,
        notes=[kind.advice, *([f"Here are the {MOST} that wait longest."] if are_more else [])],
        heads=("What", "Customer", "Sum", "Since", "How it stands"),
        rows=[
            [
                _link(issue, user),
                _customer(issue),
                Cell(issue.total, is_number=True),
                moment(issue.since),
                Cell(issue.says),
            ]
            for issue in shown
        ],
        more=_all(kind) if are_more and kind.model else None,
    )


def _link(issue: Issue, user: User | AnonymousUser) -> Cell:
    opts = issue.subject._meta
    may_look = user.has_perm(f"{opts.app_label}.view_{opts.model_name}")
    page = f"admin:{opts.app_label}_{opts.model_name}_change"
    return Cell(str(issue.subject), reverse(page, args=[issue.subject.pk]) if may_look else "")


def _customer(issue: Issue) -> Cell:
    if issue.wallet is None:
        return Cell("")
    return link(issue.wallet.customer.email, "wallet", issue.wallet.pk)


def _all(kind: IssueKind) -> Cell:
    query = f"?{kind.list_query}" if kind.list_query else ""
    return Cell("The whole list", f"{reverse(f'admin:{kind.model}_changelist')}{query}")
