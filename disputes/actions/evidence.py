"""Files that customers hand in: their type is found from their content."""

from __future__ import annotations

import hashlib
import re
import unicodedata
import warnings
from io import BytesIO

from django.db import transaction
from PIL import Image

from creditsite.kernel import clock
from creditsite.kernel.actor import Actor
from disputes.actions.cases import lock_dispute, record
from disputes.errors import EvidenceTooLarge, EvidenceTypeRefused, TooMuchEvidence
from disputes.models import (
    Dispute,
    DisputeEventKind,
    DisputeStep,
    Evidence,
    EvidenceContent,
    EvidenceType,
)
from disputes.models.timeline import EVIDENCE_BYTES, MOST_EVIDENCE

IMAGES = {"PNG": EvidenceType.PNG, "JPEG": EvidenceType.JPEG, "WEBP": EvidenceType.WEBP}
ENDINGS = {
    EvidenceType.PNG: (".png",),
    EvidenceType.JPEG: (".jpg", ".jpeg"),
    EvidenceType.WEBP: (".webp",),
    EvidenceType.PDF: (".pdf",),
    EvidenceType.TEXT: (".txt", ".log"),
}
# What makes a browser take a text for a page or a drawing.
MARKUP = re.compile(
    r"<(?:!doctype|!--|\?xml|/?(?:html|head|body|svg|script|iframe|object|embed|img|link|style|meta"
    r"|base|form|table|div|font|title)\b)",
    re.IGNORECASE,
)
# A text has these and no other control characters.
LAYOUT = {"\n", "\r", "\t"}
TOO_LARGE_TO_DRAW = (Image.DecompressionBombWarning, Image.DecompressionBombError)
LONGEST_NAME = 120
TAKEN = "PNG, JPEG, WebP, PDF, or plain text"


@transaction.atomic
def add_evidence(*, dispute: Dispute, name: str, body: bytes, actor: Actor) -> Evidence:
    """Keep a file with the case, as the customer. The same file again answers the first.

    `name` is what the customer's machine calls it; no more than its last part is kept.
    Raises `EvidenceTooLarge`, `EvidenceTypeRefused` (also where name and content differ),
    `TooMuchEvidence`, `DisputeAlreadyRuled`, `DisputeClosed`, `DisputeWithdrawn`.
    """
    if len(body) > EVIDENCE_BYTES:
        raise EvidenceTooLarge("A file may be up to 5 MB. Send a part of it, or a smaller picture.")
    content_type = type_of(body)
    kept_name = plain_name(name, content_type)
    digest = hashlib.sha256(body).hexdigest()
    locked = lock_dispute(dispute)
    if first := locked.evidence.filter(sha256=digest).first():
        return first
    locked.status_after(DisputeStep.ADD_EVIDENCE)
    if locked.evidence.count() >= MOST_EVIDENCE:
        raise TooMuchEvidence(
            f"A dispute holds up to {MOST_EVIDENCE} files. Describe the rest in a message.",
            limit=MOST_EVIDENCE,
        )
    now = clock.now()
    evidence = Evidence.objects.create(
        dispute=locked,
        name=kept_name,
        content_type=content_type,
        size=len(body),
        sha256=digest,
        actor=str(actor),
        created_at=now,
    )
    EvidenceContent.objects.create(evidence=evidence, body=body)
    record(locked, DisputeEventKind.EVIDENCE_ADDED, actor=actor, at=now, note=kept_name)
    return evidence


def type_of(body: bytes) -> EvidenceType:
    """Return what a file is by its content; raises `EvidenceTypeRefused`."""
    if body.startswith(b"%PDF-") and b"%%EOF" in body[-2048:]:
        return EvidenceType.PDF
    found = _image_type(body) or _text_type(body)
    if found is None:
        raise EvidenceTypeRefused(f"Send {TAKEN}.")
    return found


def _image_type(body: bytes) -> EvidenceType | None:
    try:
        with warnings.catch_warnings():
            # A picture that would take a huge memory to draw is none to look at.
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(body), formats=list(IMAGES)) as picture:
                found = picture.format or ""
                picture.verify()
    except (OSError, SyntaxError, ValueError, *TOO_LARGE_TO_DRAW):
        return None
    return IMAGES.get(found)


def _text_type(body: bytes) -> EvidenceType | None:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    if not text.strip() or any(
        unicodedata.category(each) == "Cc" and each not in LAYOUT for each in text
    ):
        return None
    if MARKUP.search(text):
        raise EvidenceTypeRefused(
            f"This text holds markup of a page. Send {TAKEN}, such as a screenshot of it."
        )
    return EvidenceType.TEXT


def plain_name(name: str, content_type: EvidenceType) -> str:
    """Return the last part of a file's name, of letters, digits and a few signs alone.

    Raises `EvidenceTypeRefused` where its ending is one of another type.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    plain = re.sub(r"[^\w .()+-]", "_", last).strip(" .")
    stem, dot, ending = plain.rpartition(".")
    endings = ENDINGS[content_type]
    if not dot:
        stem, ending = plain, ""
    elif f".{ending.lower()}" not in endings:
        label = content_type.label
        raise EvidenceTypeRefused(f"The content is {label}, the name ends in .{ending}.")
    stem = stem.strip(" .") or "file"
    kept = f".{ending.lower()}" if ending else endings[0]
    return f"{stem[: LONGEST_NAME - len(kept)]}{kept}"
