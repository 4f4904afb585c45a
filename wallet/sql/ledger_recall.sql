-- Was this request answered before, and is there a wallet to go on with? It is locked.
--
-- outcome: NULL (go on), replayed (`entry` is the first answer; none where a hold was), key_reused,
-- wallet_not_found, wallet_closed. A replay is answered whatever has become of the wallet since,
-- and counted.
CREATE OR REPLACE FUNCTION ledger_recall(
    w wallet_wallet, p_key text, p_request bytea,
    OUT outcome text, OUT entry wallet_ledgerentry
)
LANGUAGE plpgsql
AS $$
DECLARE
    v_entry bigint;
    v_request bytea;
BEGIN
    SELECT first.entry, first.request INTO v_entry, v_request
    FROM ledger_answered(w.id, p_key) AS first;
    IF v_request = p_request THEN
        outcome := 'replayed';
        IF v_entry IS NOT NULL THEN
            entry := ledger_replay(v_entry);
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
