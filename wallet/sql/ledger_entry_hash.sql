-- The hash of an entry: sha256 over the hash before it and the canonical JSON of its columns.
--
-- Columns without a value are left out, so that a column added later leaves old hashes valid;
-- `draws` and `metadata` are added afterwards because stripping would reach into them.
-- Times are microseconds since 1970 and bytes are hex: nothing depends on a session's settings.
CREATE OR REPLACE FUNCTION ledger_entry_hash(previous bytea, e wallet_ledgerentry)
RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
SELECT sha256(previous || convert_to((
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
        'cost_cents', e.cost_cents,
        'idempotency_key', e.idempotency_key,
        'request_hash', encode(e.request_hash, 'hex'),
        'reference', e.reference,
        'actor', e.actor,
        'reason', e.reason,
        'created_at', (extract(EPOCH FROM e.created_at) * 1000000)::bigint
    ))
    || jsonb_build_object('draws', e.draws, 'metadata', e.metadata)
)::text, 'UTF8'))
$$;
