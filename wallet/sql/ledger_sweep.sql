-- Do what is due in a wallet: time out its overdue holds, then let its expired lots lapse.
--
-- What comes free of holds pays debt first. Returns how many holds and lots were due. The
-- caller holds the wallet's lock.
CREATE OR REPLACE FUNCTION ledger_sweep(w wallet_wallet, p_at timestamptz)
RETURNS integer
LANGUAGE plpgsql
AS $$
DECLARE
    v_hold wallet_hold;
    v_lot record;
    v_freed numeric;
    v_due integer := 0;
BEGIN
    IF w.next_expiry_at > p_at AND w.next_release_at > p_at THEN
        RETURN 0;
    END IF;
    v_freed := ledger_overdue(w.id, p_at);
    FOR v_hold IN
        SELECT * FROM wallet_hold AS h
        WHERE h.wallet_id = w.id AND h.status = 'open' AND h.expires_at <= p_at
        ORDER BY h.id
    LOOP
        PERFORM ledger_settle_hold(v_hold, 'expired', 0, p_at);
        INSERT INTO wallet_walletevent (wallet_id, kind, data, created_at)
        VALUES (
            w.id, 'hold.expired',
            jsonb_build_object('hold', v_hold.id, 'credits', v_hold.credits::text), p_at
        );
        v_due := v_due + 1;
    END LOOP;
    FOR v_lot IN
        SELECT g.id, g.remaining - g.held AS credits FROM wallet_grant AS g
        WHERE g.wallet_id = w.id AND g.is_open AND g.expires_at <= p_at
            AND g.remaining > g.held
        ORDER BY g.expires_at, g.id
    LOOP
        PERFORM ledger_expire_lot(w.id, v_lot.id, v_lot.credits, 'system:sweep', '', '{}', p_at);
        v_due := v_due + 1;
    END LOOP;
    PERFORM ledger_repay_debt(w.id, v_freed, p_at);
    UPDATE wallet_wallet
    SET
        next_expiry_at = (
            SELECT coalesce(min(g.expires_at), '9999-01-01T00:00:00Z')
            FROM wallet_grant AS g
            WHERE g.wallet_id = w.id AND g.is_open AND g.remaining > g.held
        ),
        next_release_at = (
            SELECT coalesce(min(h.expires_at), '9999-01-01T00:00:00Z')
            FROM wallet_hold AS h WHERE h.wallet_id = w.id AND h.status = 'open'
        )
    WHERE id = w.id;
    RETURN v_due;
END
$$;
