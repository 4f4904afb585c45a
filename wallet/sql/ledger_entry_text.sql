-- The canonical text of an entry, which its hash covers: JSON of every column with a value.
--
-- Columns without a value are left out, so that a column added later leaves old texts valid;
-- `draws` and `metadata` are added afterwards because stripping would reach into them.
-- Times are microseconds since 1970 and bytes are hex: nothing depends on a session's settings.
CREATE OR REPLACE FUNCTION ledger_entry_text(e wallet_ledgerentry)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
SELECT (
    jsonb_strip_nulls(jsonb_build_object(
        'id', e.id,
        'wallet', e.wallet_id,
        'sequence', e.sequence,
        'kind', e.kind,
        'credits', e.credits,
        'balance_after', e.balance_after,
        'service', e.service_id,
        'rate', e.rate_id,
        'quantity', e.quantity,
        'hold', e.hold_id,
        'reverses', e.reverses_id,
        'cost_cents', e.cost_cents,
        'idempotency_key', e.idempotency_key,
        'request_hash', encode(e.request_hash, 'hex'),
        'reference', e.reference,
        'actor', e.actor,
        'reason', e.reason,
        'created_at', (extract(EPOCH FROM e.created_at) * 1000000)::bigint
    ))
    || jsonb_build_object('draws', e.draws, 'metadata', e.metadata)
)::text
$$;
