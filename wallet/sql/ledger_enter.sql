-- How every request begins: take the wallet's lock, then look whether it was answered before.
--
-- outcome: NULL (go on; `w` is the locked wallet), replayed (`entry` is the first answer; none
-- where a hold was), key_reused, wallet_not_found, wallet_closed. A replay is answered whatever
-- has become of the wallet since, and counted.
CREATE OR REPLACE FUNCTION ledger_enter(
    p_wallet bigint, p_key text, p_request bytea,
    OUT outcome text, OUT w wallet_wallet, OUT entry wallet_ledgerentry
)
LANGUAGE plpgsql
AS $$
DECLARE
    v_first bytea;
BEGIN
    SELECT * INTO w FROM ledger_lock(p_wallet);
    IF w.id IS NULL THEN
        outcome := 'wallet_not_found';
        RETURN;
    END IF;
    SELECT * INTO entry FROM wallet_ledgerentry AS e
    WHERE e.wallet_id = p_wallet AND e.idempotency_key = p_key;
    IF entry.id IS NOT NULL THEN
        v_first := entry.request_hash;
    ELSE
        SELECT h.request_hash INTO v_first FROM wallet_hold AS h
        WHERE h.wallet_id = p_wallet AND h.idempotency_key = p_key;
    END IF;
    IF v_first = p_request THEN
        outcome := 'replayed';
        IF entry.id IS NOT NULL THEN
            INSERT INTO wallet_entryretries AS r (entry_id, count, last_at)
            VALUES (entry.id, 1, clock_timestamp())
            ON CONFLICT (entry_id) DO UPDATE
            SET count = r.count + 1, last_at = excluded.last_at;
        END IF;
    ELSIF v_first IS NOT NULL THEN
        outcome := 'key_reused';
    ELSIF w.status = 'closed' THEN
        outcome := 'wallet_closed';
    END IF;
END
$$;
