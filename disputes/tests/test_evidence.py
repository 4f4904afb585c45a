"""Files: what they are is found from their content; they go out as attachments alone."""

from __future__ import annotations

import struct
import zlib
from contextlib import suppress
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from creditsite.accounts.models import User
from creditsite.kernel.errors import DomainError
from disputes import errors
from disputes.actions import add_evidence
from disputes.actions.evidence import plain_name, type_of
from disputes.models import Dispute, Evidence, EvidenceType
from disputes.models.timeline import EVIDENCE_BYTES
from disputes.tests.cases import ACTOR


def picture(kind: str, size: tuple[int, int] = (4, 3)) -> bytes:
    kept = BytesIO()
    Image.new("RGB", size, "teal").save(kept, kind)
    return kept.getvalue()


PDF = b"%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"
TAKEN = {
    "a.png": (picture("PNG"), EvidenceType.PNG),
    "a.jpg": (picture("JPEG"), EvidenceType.JPEG),
    "a.jpeg": (picture("JPEG"), EvidenceType.JPEG),
    "a.webp": (picture("WEBP"), EvidenceType.WEBP),
    "a.pdf": (PDF, EvidenceType.PDF),
    "a.txt": ("10:00 started\n10:01 ✓ again\n".encode(), EvidenceType.TEXT),
    "A.LOG": (b"\xef\xbb\xbfwith a mark, a < b, x <- y", EvidenceType.TEXT),
}


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_of(width: int, height: int) -> bytes:
    """Return a picture that says it is so large."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\x00"))
        + chunk(b"IEND", b"")
    )


REFUSED = {
    "empty": b"",
    "blank": b" \n\t ",
    "gif": picture("GIF"),
    "bmp": picture("BMP"),
    "tiff": picture("TIFF"),
    "zip": b"PK\x03\x04" + b"\x00" * 40,
    "program": b"\x7fELF" + b"\x00" * 60,
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "svg with a declaration": b'<?xml version="1.0"?>\n<svg/>',
    "svg after a comment": b"<!-- a log -->\n<svg/>",
    "svg in capitals": b"<SVG/onload=x>",
    "html": b"<!doctype html><script>x</script>",
    "html behind a text": b"10:00 started\n" * 500 + b"<script>x</script>",
    "html behind a mark": b"\xef\xbb\xbf<html>",
    "html in utf-16": "<html><script>x</script>".encode("utf-16"),
    "html with nulls": b"a\x00<script>",
    "latin-1": "gr\u00fc\u00dfe".encode("latin-1"),
    "escapes": b"\x1b[31mred",
    "pdf without an end": b"%PDF-1.4\n<html>",
    "html before a pdf": b"<html>%PDF-1.4\n%%EOF",
    "cut png": picture("PNG")[:20],
    "damaged png": picture("PNG").replace(b"IDAT", b"IDBT"),
    "png of a large size": png_of(10_000, 10_000),
    "png of a huge size": png_of(60_000, 60_000),
    "png by its first bytes": b"\x89PNG\r\n\x1a\n<script>",
    "jpeg by its first bytes": b"\xff\xd8\xff<script>x</script>",
    "webp by its first bytes": b"RIFF\x00\x00\x00\x00WEBP<script>",
}


@pytest.mark.parametrize("name", TAKEN)
def test_pictures_papers_and_texts_are_taken(case: Dispute, name: str) -> None:
    body, kind = TAKEN[name]
    kept = add_evidence(dispute=case, name=name, body=body, actor=ACTOR)
    assert (kept.name, kept.content_type, kept.size) == (
        f"{name[0]}{name[1:].lower()}",
        kind,
        len(body),
    )
    assert bytes(kept.content.body) == body


@pytest.mark.parametrize("what", REFUSED)
def test_everything_else_is_refused_whatever_its_name(case: Dispute, what: str) -> None:
    for name in ("a.png", "a.txt", "a.pdf", "a"):
        with pytest.raises(errors.EvidenceTypeRefused):
            add_evidence(dispute=case, name=name, body=REFUSED[what], actor=ACTOR)
    assert not Evidence.objects.exists()


@pytest.mark.parametrize("name", ["a.html", "a.svg", "a.png.exe", "a.jpg", "a.txt"])
def test_a_name_that_says_something_else_than_the_content_is_refused(
    case: Dispute, name: str
) -> None:
    with pytest.raises(errors.EvidenceTypeRefused):
        add_evidence(dispute=case, name=name, body=TAKEN["a.png"][0], actor=ACTOR)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd.png", "passwd.png"),
        ("..\\..\\boot.png", "boot.png"),
        ("/absolute/path.PNG", "path.png"),
        ("...png", "png.png"),
        (".png", "png.png"),
        ("", "file.png"),
        ("..", "file.png"),
        ("a.", "a.png"),
        ("a\x00b.png", "a_b.png"),
        ('a"; filename="x.html.png', "a__ filename=_x.html.png".replace("=", "_")),
        ("a\r\nSet-Cookie: x.png", "a__Set-Cookie_ x.png"),
        ("Screenshot (2) – Kopie.png", "Screenshot (2) _ Kopie.png"),
        ("Übersicht.png", "Übersicht.png"),
        ("x" * 500 + ".png", "x" * 116 + ".png"),
        ("no ending", "no ending.png"),
    ],
)
def test_of_a_name_the_plain_last_part_is_kept(name: str, kept: str) -> None:
    assert plain_name(name, EvidenceType.PNG) == kept


def test_a_file_has_up_to_5_megabytes(case: Dispute) -> None:
    body = b"x" * EVIDENCE_BYTES
    add_evidence(dispute=case, name="a.txt", body=body, actor=ACTOR)
    with pytest.raises(errors.EvidenceTooLarge):
        add_evidence(dispute=case, name="b.txt", body=body + b"x", actor=ACTOR)


def test_a_dispute_holds_up_to_five_files(case: Dispute) -> None:
    for number in range(5):
        add_evidence(dispute=case, name="a.txt", body=f"log {number}".encode(), actor=ACTOR)
    with pytest.raises(errors.TooMuchEvidence) as refused:
        add_evidence(dispute=case, name="a.txt", body=b"one more", actor=ACTOR)
    assert refused.value.extras == {"limit": 5}
    assert case.evidence.count() == 5


def test_the_same_file_again_is_the_first_one(case: Dispute) -> None:
    first = add_evidence(dispute=case, name="a.txt", body=b"log", actor=ACTOR)
    assert add_evidence(dispute=case, name="b.txt", body=b"log", actor=ACTOR) == first
    assert case.events.filter(kind="evidence_added").count() == 1


def test_a_file_goes_out_as_an_attachment(client: Client, case: Dispute, customer: User) -> None:
    kept = add_evidence(dispute=case, name="Übersicht.png", body=picture("PNG"), actor=ACTOR)
    client.force_login(customer)
    answer = client.get(reverse("disputes:evidence", args=[case.pk, kept.pk]))
    assert answer.status_code == 200
    assert answer.content == picture("PNG")
    assert answer["Content-Type"] == "image/png"
    assert answer["Content-Disposition"].startswith("attachment; filename")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "no-store" in answer["Cache-Control"] or "no-cache" in answer["Cache-Control"]


def test_a_file_is_nobody_elses(
    client: Client, case: Dispute, stranger: User, reviewer: User
) -> None:
    kept = add_evidence(dispute=case, name="a.txt", body=b"log", actor=ACTOR)
    page = reverse("disputes:evidence", args=[case.pk, kept.pk])
    admin = reverse("admin:disputes_dispute_evidence", args=[case.pk, kept.pk])
    assert client.get(page).status_code == 302
    client.force_login(stranger)
    assert client.get(page).status_code == 404
    assert client.get(admin).status_code == 302
    client.force_login(reviewer)
    assert client.get(page).status_code == 404
    answer = client.get(admin)
    assert (answer.status_code, answer["Content-Disposition"]) == (
        200,
        'attachment; filename="a.txt"',
    )


def test_files_come_with_the_form_or_nothing_does(
    client: Client, case: Dispute, customer: User
) -> None:
    client.force_login(customer)
    page = reverse("disputes:write", args=[case.pk])
    files = [
        SimpleUploadedFile("a.txt", b"fine"),
        SimpleUploadedFile("b.txt", b"<script>x</script>"),
    ]
    answer = client.post(page, {"text": "See the files.", "evidence": files})
    assert answer.status_code == 400
    assert b"markup" in answer.content
    assert (case.evidence.count(), case.messages.count()) == (0, 0)
    for count, status in ((6, 400), (5, 302)):
        files = [SimpleUploadedFile(f"{each}.txt", f"{each}".encode()) for each in range(count)]
        assert (case.evidence.count(), case.messages.count()) == (0, 0)
        answer = client.post(page, {"text": "See the files.", "evidence": files})
        assert answer.status_code == status
    assert (case.evidence.count(), case.messages.count()) == (5, 1)


def test_a_body_larger_than_five_files_is_not_read(
    client: Client, case: Dispute, customer: User
) -> None:
    client.force_login(customer)
    page = reverse("disputes:write", args=[case.pk])
    large = SimpleUploadedFile("a.txt", b"x" * (EVIDENCE_BYTES + 1))
    answer = client.post(page, {"text": "See the file.", "evidence": large})
    assert (answer.status_code, case.evidence.count()) == (400, 0)
    answer = client.post(page, b"x", "text/plain", headers={"Content-Length": "40000000"})
    assert answer.status_code == 413
    assert b"body_too_large" in answer.content
    answer = client.post(reverse("disputes:appeal", args=[case.pk]), b"x" * 1_048_577, "text/plain")
    assert answer.status_code == 413


def test_types_are_found_without_a_name() -> None:
    for body, kind in TAKEN.values():
        assert type_of(body) == kind
    for body in REFUSED.values():
        with pytest.raises(DomainError):
            type_of(body)


@settings(max_examples=300, deadline=None)
@given(
    kind=st.sampled_from(["PNG", "JPEG", "WEBP", "GIF"]),
    changes=st.lists(st.tuples(st.integers(0, 4000), st.binary(max_size=6)), max_size=12),
    cut=st.integers(0, 4000),
)
def test_damaged_pictures_are_taken_or_refused_and_nothing_else(
    kind: str, changes: list[tuple[int, bytes]], cut: int
) -> None:
    body = bytearray(picture(kind, (40, 30)))
    for place, part in changes:
        body[place % len(body) : place % len(body) + len(part)] = part
    with suppress(errors.EvidenceTypeRefused):
        assert type_of(bytes(body[: cut or None])) in EvidenceType
