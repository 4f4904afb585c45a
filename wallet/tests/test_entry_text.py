"""The canonical text that hashes cover is, to the byte, what `jsonb` makes of an entry."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

# How the text is defined; `wallet/sql/ledger_entry_text.sql` makes the same in less time.
DEFINITION = """
    (jsonb_strip_nulls(jsonb_build_object(
        'id', e.id, 'wallet', e.wallet_id, 'sequence', e.sequence, 'kind', e.kind,
        'credits', e.credits, 'balance_after', e.balance_after, 'service', e.service_id,
        'rate', e.rate_id, 'quantity', e.quantity, 'hold', e.hold_id, 'reverses', e.reverses_id,
        'cost_cents', e.cost_cents, 'idempotency_key', e.idempotency_key,
        'request_hash', encode(e.request_hash, 'hex'), 'reference', e.reference,
        'actor', e.actor, 'reason', e.reason,
        'created_at', (extract(EPOCH FROM e.created_at) * 1000000)::bigint
    )) || jsonb_build_object('draws', e.draws, 'metadata', e.metadata))::text
"""

texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40)
numbers = st.integers(-(2**63), 2**63 - 1)
credits = st.decimals(-(10**13), 10**13, places=4).map(str)
documents = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
entries = st.fixed_dictionaries(
    {
        "id": numbers,
        "wallet_id": numbers,
        "sequence": numbers,
        "kind": texts.map(lambda text: text[:16]),
        "credits": credits,
        "balance_after": credits,
        "draws": documents.filter(lambda document: document is not None),
        "cost_cents": numbers,
        "idempotency_key": texts,
        "request_hash": st.binary(max_size=40).map(lambda raw: f"\\x{raw.hex()}"),
        "reference": texts,
        "actor": texts,
        "reason": texts,
        "metadata": documents.filter(lambda document: document is not None),
        "created_at": st.datetimes().map(lambda moment: f"{moment.isoformat()}Z"),
    },
    optional={
        "service_id": numbers,
        "rate_id": numbers,
        "quantity": credits,
        "hold_id": numbers,
        "reverses_id": numbers,
    },
)


@pytest.mark.django_db
@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(entry=entries)
def test_the_text_is_what_jsonb_says(entry: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT ledger_entry_text(e), {DEFINITION}, ledger_entry_hash('x', e)"
            f" = sha256('x' || convert_to({DEFINITION}, 'UTF8'))"
            " FROM jsonb_populate_record(NULL::wallet_ledgerentry, %s::jsonb) AS e",
            [json.dumps(entry)],
        )
        text, defined, same_hash = cursor.fetchone()
    assert text == defined
    assert same_hash
