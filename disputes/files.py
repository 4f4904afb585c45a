"""Files that come with forms, and the way back out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.utils.http import content_disposition_header

from creditsite.kernel.actor import Actor
from disputes.actions import add_evidence
from disputes.errors import EvidenceTooLarge
from disputes.models import Dispute, Evidence
from disputes.models.timeline import EVIDENCE_BYTES


def keep_files(dispute: Dispute, files: Iterable[UploadedFile[Any]], actor: Actor) -> None:
    """Keep each file with the case; raises what `add_evidence` does, with the file's name."""
    for file in files:
        add_evidence(dispute=dispute, name=file.name or "", body=body_of(file), actor=actor)


def body_of(file: UploadedFile[Any]) -> bytes:
    """Read a file that is not too large. Raises `EvidenceTooLarge`."""
    if file.size is None or file.size > EVIDENCE_BYTES:
        raise EvidenceTooLarge(
            f"{file.name} is larger than 5 MB. Send a part of it, or a smaller picture.",
            limit_bytes=EVIDENCE_BYTES,
        )
    return bytes(file.read())


def evidence_response(evidence: Evidence) -> HttpResponse:
    """Answer a file as an attachment: no browser shows it inside this site."""
    return HttpResponse(
        bytes(evidence.content.body),
        content_type=evidence.content_type,
        headers={
            "Content-Disposition": content_disposition_header(True, evidence.name) or "attachment",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
        },
    )
