-- How every request begins: take the wallet's lock, then look whether it was answered before.
--
-- outcome: NULL (go on; `w` is the locked wallet), replayed (`entry` is the first answer),
-- key_reused, wallet_not_found, wallet_closed. A replay is answered whatever has become of
-- the wallet since.
CREATE OR REPLACE FUNCTION ledger_enter(
    p_wallet bigint, p_key text, p_request bytea,
    OUT outcome text, OUT w wallet_wallet, OUT entry wallet_ledgerentry
)
LANGUAGE plpgsql
AS $$
BEGIN
    SELECT * INTO w FROM ledger_lock(p_wallet);
    IF w.id IS NULL THEN
        outcome := 'wallet_not_found';
        RETURN;
    END IF;
    SELECT * INTO entry FROM wallet_ledgerentry AS e
    WHERE e.wallet_id = p_wallet AND e.idempotency_key = p_key;
    IF entry.id IS NOT NULL THEN
        outcome := CASE WHEN entry.request_hash = p_request THEN 'replayed' ELSE 'key_reused' END;
    ELSIF w.status = 'closed' THEN
        outcome := 'wallet_closed';
    END IF;
END
$$;
