"""What tests of looks share: what is wrong with a page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import axe_core_python
from playwright.sync_api import Page

from tests.e2e.site import Site

AXE = (Path(axe_core_python.__file__).parent / "axe.min.js").read_text()
# Django's own search field is named by a title alone.
RUN_AXE = "axe.run({exclude: [['#searchbar']]})"


def faults_of(site: Site, page: Page, path: str) -> list[str]:
    site.open(page, path)
    return faults_here(page)


def faults_here(page: Page) -> list[str]:
    page.evaluate(AXE)
    found: dict[str, Any] = page.evaluate(RUN_AXE)
    faults = [
        f"{page.url}: {fault['id']}: {json.dumps(fault['nodes'][0]['target'])}"
        for fault in found["violations"]
        if fault["impact"] in {"serious", "critical"}
    ]
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        faults.append(f"{page.url} is wider than the window")
    return faults
