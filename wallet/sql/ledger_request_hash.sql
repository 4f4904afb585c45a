-- The fingerprint of a request, kept beside its idempotency key.
CREATE OR REPLACE FUNCTION ledger_request_hash(p_request jsonb)
RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
SELECT sha256(convert_to(p_request::text, 'UTF8'))
$$;
