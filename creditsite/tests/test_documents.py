"""The documents as pages: all of them can be read, and no link or picture leads nowhere."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

from creditsite.documents import FOLDER, anchor_of, document, document_names, document_url


class Page(HTMLParser):
    """Collects the anchors, links and pictures of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.pictures: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if anchor := found.get("id"):
            self.anchors.add(anchor)
        if tag == "a":
            self.links.append(found.get("href") or "")
        if tag == "img":
            self.pictures.append(found.get("src") or "")
            assert found.get("alt") and found.get("width") and found.get("height")


def pages() -> dict[str, Page]:
    """Return all documents by their address."""
    found = {}
    for name in document_names():
        page = document(name)
        assert page
        found[document_url(name)] = Page(page.html)
    return found


def test_no_link_or_picture_of_a_document_leads_nowhere() -> None:
    all_pages, lost = pages(), []
    assert len(all_pages) > 25
    for address, page in all_pages.items():
        for link in page.links:
            path, _, anchor = link.partition("#")
            if re.match(r"[a-z]+:", link):
                continue
            target = all_pages.get(path or address)
            if target is None or (anchor and anchor not in target.anchors):
                lost.append((address, link))
        lost += [
            (address, picture)
            for picture in page.pictures
            if not finders.find(picture.removeprefix("/static/"))
        ]
    assert not lost


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_no_link_of_what_stands_beside_them_leads_nowhere(name: str) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", (FOLDER.parent / name).read_text())
    assert [link for link in links if not (FOLDER.parent / link).exists()] == []


def test_a_document_is_shown(client: Client, db: None) -> None:
    page = client.get(reverse("help_page", args=["usage"])).content.decode()
    assert page.count("<h1>") == 1 and "Using Creditsite" in page
    assert '<h2 id="credits-once-a-top-up">' in page
    assert client.get(reverse("help")).status_code == 200
    assert "0012" in client.get(reverse("help_page", args=["adr/index"])).content.decode()


@pytest.mark.parametrize("name", ["nothing", "../README", "adr", "usage.md", "adr/../usage"])
def test_what_is_no_document_is_not_found(client: Client, db: None, name: str) -> None:
    assert client.get(f"/help/{name}/").status_code == 404


def test_headings_are_named_as_code_hosts_do() -> None:
    assert anchor_of("Two-factor log-in") == "two-factor-log-in"
    assert anchor_of("What it does not do") == "what-it-does-not-do"
    assert anchor_of("`POST /spends`, once") == "post-spends-once"
