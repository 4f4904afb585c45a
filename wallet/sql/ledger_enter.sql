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
    v_entry bigint;
    v_request bytea;
BEGIN
    w := ledger_lock(p_wallet);
    SELECT first.entry, first.request INTO v_entry, v_request
    FROM ledger_answered(p_wallet, p_key) AS first;
    IF v_request = p_request THEN
        outcome := 'replayed';
        IF v_entry IS NOT NULL THEN
            SELECT * INTO STRICT entry FROM wallet_ledgerentry AS e WHERE e.id = v_entry;
            INSERT INTO wallet_entryretries AS r (entry_id, count, last_at)
            VALUES (v_entry, 1, clock_timestamp())
            ON CONFLICT (entry_id) DO UPDATE
            SET count = r.count + 1, last_at = excluded.last_at;
        END IF;
    ELSIF v_request IS NOT NULL THEN
        outcome := 'key_reused';
    ELSIF w.id IS NULL THEN
        outcome := 'wallet_not_found';
    ELSIF w.status = 'closed' THEN
        outcome := 'wallet_closed';
    END IF;
END
$$;
