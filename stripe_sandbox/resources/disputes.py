"""``/v1/disputes``: payments that their payer's bank contests."""

from stripe_sandbox.accounts import Object
from stripe_sandbox.errors import invalid_request
from stripe_sandbox.expansion import expandable
from stripe_sandbox.metadata import merged_metadata
from stripe_sandbox.operations import Call, operation
from stripe_sandbox.pagination import DATED_PAGE, list_kind
from stripe_sandbox.parameters import Boolean, Fields, Metadata, NotYet, Record, Text
from stripe_sandbox.payments.disputing import answer_dispute, close_inquiry, is_inquiry, rule_on
from stripe_sandbox.resources.dispute_objects import FILE_EVIDENCE, TEXT_EVIDENCE

LONGEST_EVIDENCE = 150_000
EVIDENCE: Fields = {
    **{name: Text(longest=20_000) for name in TEXT_EVIDENCE},
    # The sandbox keeps no files.
    **{name: NotYet() for name in (*FILE_EVIDENCE, "enhanced_evidence")},
}

expandable("dispute", "charge", "payment_intent")


@operation("GET", "/v1/disputes/{dispute}")
def get_dispute(call: Call) -> Object:
    """Return a dispute."""
    return call.account.get("dispute", call.ids["dispute"])


@operation("GET", "/v1/disputes", {**DATED_PAGE, "charge": Text(), "payment_intent": Text()})
def list_disputes(call: Call) -> Object:
    """Return disputes, newest first."""
    return list_kind(call, "dispute", "charge", "payment_intent")


@operation(
    "POST",
    "/v1/disputes/{dispute}",
    {"evidence": Record(EVIDENCE), "metadata": Metadata(), "submit": Boolean(clearable=False)},
)
def update_dispute(call: Call) -> Object:
    """Answer a dispute; evidence goes to the bank at once unless ``submit`` is false."""
    dispute = call.account.get("dispute", call.ids["dispute"])
    evidence = call.sent.get("evidence") or {}
    if sum(len(text or "") for text in evidence.values()) > LONGEST_EVIDENCE:
        raise invalid_request(
            f"All evidence together can have up to {LONGEST_EVIDENCE} characters.", "evidence"
        )
    submit = call.sent.get("submit", bool(evidence))
    before = dict(dispute)
    metadata = dispute["metadata"]
    if "metadata" in call.sent:
        metadata = merged_metadata(metadata, call.sent["metadata"])
    if evidence or submit:
        # What else was sent counts only if the evidence is taken, and is told with it.
        answer_dispute(call, dispute, evidence, submit=submit, metadata=metadata)
    else:
        dispute["metadata"] = metadata
        call.emit_updated(dispute, before)
    return dispute


@operation("POST", "/v1/disputes/{dispute}/close")
def close_dispute(call: Call) -> Object:
    """Give a dispute up: it is lost."""
    dispute = call.account.get("dispute", call.ids["dispute"])
    if is_inquiry(dispute):
        close_inquiry(call, dispute)
    else:
        rule_on(call, dispute, won=False)
    return dispute
