-- What a key was used for in a wallet: the request, and its entry unless that was a hold.
--
-- No row where the key is new. SQL that is planned as part of the query that asks.
CREATE OR REPLACE FUNCTION ledger_answered(p_wallet bigint, p_key text)
RETURNS TABLE (request bytea, entry bigint)
LANGUAGE sql STABLE
AS $$
SELECT e.request_hash, e.id FROM wallet_ledgerentry AS e
WHERE e.wallet_id = p_wallet AND e.idempotency_key = p_key
UNION ALL
SELECT h.request_hash, NULL FROM wallet_hold AS h
WHERE h.wallet_id = p_wallet AND h.idempotency_key = p_key
$$;
