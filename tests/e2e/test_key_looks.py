"""Operators take keys away: the page that asks why is readable in both themes, never too wide."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from creditsite.accounts.actions import create_api_key
from creditsite.accounts.models import ApiKey, AuditEntry, Scope, User
from tests.e2e.looks import faults_here
from tests.e2e.site import Site


def test_keys_are_revoked_with_a_reason(
    site: Site, page_in_every_look: Page, operator: User, customer: User
) -> None:
    page = page_in_every_look
    for whose in (customer, None):
        create_api_key(customer=whose, name="A key with a rather long name", scopes=Scope.values)
    site.log_in(page, operator)
    site.open(page, "/admin/accounts/apikey/")
    for box in page.locator(".action-select").all():
        box.check()
    page.get_by_label("Action:").select_option("Revoke the selected keys")
    page.get_by_role("button", name="Go").click()
    expect(page.get_by_role("listitem").filter(has_text=customer.email)).to_be_visible()
    faults = faults_here(page)
    page.get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("This field is required.")).to_be_visible()
    faults += faults_here(page)
    page.get_by_label("Reason").fill("Found in a public repository")
    page.get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("2 API keys revoked.")).to_be_visible()
    assert not ApiKey.objects.filter(revoked_at=None).exists()
    assert AuditEntry.objects.filter(change_message__contains="public repository").count() == 2
    assert not faults
