"""Every page in both themes, on a phone and a desk: nothing serious for axe, nothing too wide."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from creditsite.accounts.models import User
from creditsite.kernel.actor import Actor
from creditsite.tests.people import PASSWORD
from tests.e2e.looks import AXE
from tests.e2e.site import Site
from wallet.actions import (
    add_service,
    grant_credits,
    open_wallet,
    pause_wallet,
    set_limit,
    spend_credits,
)
from wallet.models import GrantSource, LimitPeriod

ACTOR = Actor.system("test")
MOST_BYTES = 150_000

PUBLIC = [
    "/",
    "/account/login/",
    "/account/signup/",
    "/account/password/reset/",
    "/problems/",
    "/help/",
    "/help/usage/",
    "/help/api/",
]
SIGNED_IN = [
    "/wallet/",
    "/wallet/history/",
    "/wallet/usage/",
    "/wallet/usage/?start=2025-12-01&end=2026-01-31",
    "/wallet/alerts/",
    "/billing/top-up/?credits=500",
    "/billing/plans/",
    "/billing/invoices/",
    "/billing/mails/",
    "/settings/api-keys/",
    "/account/email/",
    "/account/password/change/",
    "/account/logout/",
    "/nothing-here/",
]


def serious_faults(page: Page) -> list[str]:
    """Return what axe finds serious or critical on the page, ready to read."""
    page.evaluate(AXE)
    found: dict[str, Any] = page.evaluate("axe.run()")
    return [
        f"{page.url}: {fault['id']}: {json.dumps(fault['nodes'][0]['target'])}"
        for fault in found["violations"]
        if fault["impact"] in {"serious", "critical"}
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_every_page_can_be_read_and_fits(
    site: Site, browser: Browser, customer: User, theme: Any, width: int
) -> None:
    wallet = open_wallet(customer=customer)
    entry = grant_credits(
        wallet=wallet,
        credits=Decimal("1234.5"),
        source=GrantSource.PROMOTION,
        idempotency_key="k",
        actor=ACTOR,
    ).entry
    service = add_service(slug="runs", name="Runs", unit="run", credits_per_unit=Decimal(1))
    spend_credits(
        wallet_id=wallet.pk,
        service=service.slug,
        quantity=Decimal(45),
        idempotency_key="s",
        actor=ACTOR,
    )
    limit = set_limit(wallet=wallet, period=LimitPeriod.DAY, credits=Decimal(50))
    pause_wallet(wallet=wallet, reason="Card reported stolen", actor=ACTOR)
    context = browser.new_context(
        color_scheme=theme, viewport={"width": width, "height": 800}, bypass_csp=True
    )
    page = context.new_page()
    outside: list[str] = []
    sizes: dict[str, int] = {}

    def note_outside(url: str) -> None:
        if not url.startswith((site.url, "data:")):
            outside.append(url)

    def note_size(response: Any) -> None:
        if "image" not in response.headers.get("content-type", ""):
            sizes[response.url] = int(response.headers.get("content-length") or 0)

    page.on("request", lambda request: note_outside(request.url))
    page.on("response", note_size)
    faults: list[str] = []
    for path in PUBLIC:
        faults += look_at(site, page, path, sizes)
    site.log_in(page, customer)
    single = [f"/wallet/entries/{entry.pk}/", f"/wallet/limits/{limit.pk}/remove/"]
    for path in [*SIGNED_IN, *single]:
        faults += look_at(site, page, path, sizes)
    context.close()
    assert not faults
    assert not outside


def look_at(site: Site, page: Page, path: str, sizes: dict[str, int]) -> list[str]:
    sizes.clear()
    site.open(page, path)
    faults = serious_faults(page)
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        faults.append(f"{path} is wider than the window")
    if page.locator("h1").count() != 1:
        faults.append(f"{path} has not one h1")
    if sum(sizes.values()) > MOST_BYTES:
        faults.append(f"{path} weighs {sum(sizes.values())} bytes")
    return faults


def test_revoking_a_key_asks_in_a_dialog_that_escape_closes(
    site: Site, page: Page, customer: User
) -> None:
    site.log_in(page, customer)
    site.open(page, "/settings/api-keys/")
    page.get_by_label("Name").fill("Nightly script")
    page.get_by_label("Spend credits").check()
    page.get_by_role("button", name="Make key").click()
    expect(page.get_by_text("ck_").first).to_be_visible()
    page.get_by_role("link", name="Revoke").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert not customer.api_keys.filter(revoked_at__isnull=False).exists()
    page.get_by_role("link", name="Revoke").click()
    dialog.get_by_role("button", name="Revoke").click()
    expect(page.get_by_role("main")).to_contain_text("Revoked")
    assert customer.api_keys.filter(revoked_at__isnull=False).exists()


def test_a_limit_is_set_and_removed_by_a_dialog(
    site: Site, page: Page, plain_page: Page, customer: User
) -> None:
    for browsing in (page, plain_page):
        site.log_in(browsing, customer)
        site.open(browsing, "/wallet/alerts/")
        browsing.get_by_label("Credits", exact=True).fill("40")
        browsing.get_by_role("button", name="Set limit").click()
        expect(browsing.get_by_role("meter")).to_have_attribute("aria-valuenow", "0")
        browsing.get_by_role("link", name="Remove").click()
        browsing.get_by_role("button", name="Remove limit").click()
        expect(browsing.get_by_role("meter")).to_have_count(0)


def test_a_newcomer_signs_up_by_hand(site: Site, page: Page, mailoutbox: list[Any]) -> None:
    site.open(page, "/")
    page.get_by_role("link", name="Sign up").first.click()
    page.get_by_label("Email").fill("new@example.com")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password (again)").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign up").click()
    page.wait_for_url("**/account/confirm-email/")
    link = next(word for word in mailoutbox[0].body.split() if "/confirm-email/" in word)
    page.goto(link)
    page.get_by_role("main").get_by_role("button", name="Confirm").click()
    page.wait_for_url(f"{site.url}/wallet/")
    expect(page.get_by_role("main")).to_contain_text("0.00")
