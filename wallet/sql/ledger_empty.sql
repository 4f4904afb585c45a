-- Let everything left in a wallet lapse, for good. The caller has locked it and closes it.
--
-- Returns the number of open holds, of which there must be none: nothing is written otherwise.
CREATE OR REPLACE FUNCTION ledger_empty(p_wallet bigint, p_actor text, p_reason text)
RETURNS bigint
LANGUAGE plpgsql
AS $$
DECLARE
    w wallet_wallet;
    v_at timestamptz;
    v_open bigint;
    v_lot record;
BEGIN
    SELECT * INTO STRICT w FROM wallet_wallet WHERE id = p_wallet;
    v_at := greatest(clock_timestamp(), w.last_entry_at);
    SELECT count(*) INTO v_open FROM wallet_hold AS h
    WHERE h.wallet_id = p_wallet AND h.status = 'open' AND h.expires_at > v_at;
    IF v_open > 0 THEN
        RETURN v_open;
    END IF;
    PERFORM ledger_sweep(w, v_at);
    FOR v_lot IN
        SELECT g.id, g.remaining FROM wallet_grant AS g
        WHERE g.wallet_id = p_wallet AND g.is_open ORDER BY g.id
    LOOP
        PERFORM ledger_expire_lot(
            p_wallet, v_lot.id, v_lot.remaining, p_actor, p_reason, '{}', v_at
        );
    END LOOP;
    RETURN 0;
END
$$;
