"""The documents in docs/ as pages of the site, for customers and operators to look things up."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from django.templatetags.static import static
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token
from PIL import Image

FOLDER = Path(__file__).resolve().parents[1] / "docs"
INDEX = "index"
SUFFIX = ".md"
# Where pictures of the documents stand among the static files.
PICTURES = "documents"
CODE = '<pre class="document__scroll" tabindex="0">'
ANOTHER_SITE = re.compile(r"[a-z]+:")
NOT_IN_ANCHORS = re.compile(r"[^\w\- ]")


@dataclass(frozen=True)
class Document:
    """A document: its name below docs/, its title, and its text as HTML without the title."""

    name: str
    title: str
    html: SafeString


@cache
def document_names() -> frozenset[str]:
    """Return the names of all documents, such as `usage` and `adr/index`."""
    return frozenset(
        path.relative_to(FOLDER).with_suffix("").as_posix() for path in FOLDER.rglob(f"*{SUFFIX}")
    )


@cache
def document(name: str) -> Document | None:
    """Return the document of a name; None where there is none. Read once in a process."""
    if name not in document_names():
        return None
    tokens = _markdown().parse((FOLDER / f"{name}{SUFFIX}").read_text())
    # Every document begins with its title, which the page shows by itself.
    title, rest = tokens[1].content, tokens[3:]
    _name_headings(rest)
    for token in rest:
        for child in token.children or ():
            _lead(child, name)
    html = _markdown().renderer.render(rest, _markdown().options, {}).replace("<pre>", CODE)
    return Document(name, title, mark_safe(html))


def document_url(name: str) -> str:
    """Return the address of a document's page."""
    return reverse("help") if name == INDEX else reverse("help_page", args=[name])


def anchor_of(heading: str) -> str:
    """Return the anchor of a heading, as code hosts make it too."""
    return NOT_IN_ANCHORS.sub("", heading.lower()).strip().replace(" ", "-")


@cache
def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    # What may be wider than the page scrolls by itself.
    markdown.add_render_rule("table_open", _table_open)
    markdown.add_render_rule("table_close", _table_close)
    return markdown


def _name_headings(tokens: Sequence[Token]) -> None:
    for opening, text in pairwise(tokens):
        if opening.type == "heading_open":
            opening.attrSet("id", anchor_of(_plain(text)))


def _plain(inline: Token) -> str:
    return "".join(child.content for child in inline.children or ())


def _lead(token: Token, name: str) -> None:
    """Let a link or picture of a document lead to where that is on the site."""
    if token.type == "link_open":
        token.attrSet("href", _target(str(token.attrs["href"]), name))
    elif token.type == "image":
        path = _beside(name, str(token.attrs["src"]))
        with Image.open(FOLDER / path) as picture:
            width, height = picture.size
        # Known sizes keep the page from jumping when a picture comes.
        token.attrs |= {
            "src": static(f"{PICTURES}/{posixpath.relpath(path, 'img')}"),
            "width": width,
            "height": height,
            "loading": "lazy",
        }


def _target(href: str, name: str) -> str:
    path, hash_sign, anchor = href.partition("#")
    if not path or ANOTHER_SITE.match(href):
        return href
    target = _beside(name, path).removesuffix(SUFFIX)
    if target not in document_names():
        # What stands beside the documents, such as the README, is no page of the site.
        return document_url(INDEX)
    return document_url(target) + hash_sign + anchor


def _beside(name: str, path: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), path))


def _table_open(*_: object) -> str:
    return '<div class="document__scroll" role="region" aria-label="Table" tabindex="0"><table>\n'


def _table_close(*_: object) -> str:
    return "</table></div>\n"
