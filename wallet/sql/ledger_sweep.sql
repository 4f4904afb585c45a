-- Do what is due in a wallet: time out its overdue holds, then let its expired lots lapse.
--
-- What comes free of holds pays debt first. Returns how many holds and lots were due. The
-- caller holds the wallet's lock.
CREATE OR REPLACE FUNCTION ledger_sweep(w wallet_wallet, p_at timestamptz)
RETURNS integer
LANGUAGE plpgsql
AS $$
DECLARE
    v_lot record;
    v_freed numeric;
    v_held numeric;
    v_due integer;
BEGIN
    IF w.next_expiry_at > p_at AND w.next_release_at > p_at THEN
        RETURN 0;
    END IF;
    v_freed := ledger_overdue(w.id, p_at);
    -- All at once: a row that is written time and again in one transaction is ever longer to find.
    WITH timed_out AS (
        UPDATE wallet_hold AS h
        SET status = 'expired', captured = 0, settled_at = p_at
        WHERE h.wallet_id = w.id AND h.status = 'open' AND h.expires_at <= p_at
        RETURNING h.id, h.credits, h.draws
    ),
    told AS (
        INSERT INTO wallet_walletevent (wallet_id, kind, data, created_at)
        SELECT
            w.id, 'hold.expired',
            jsonb_build_object('hold', o.id, 'credits', o.credits::text), p_at
        FROM timed_out AS o ORDER BY o.id
    ),
    freed AS (
        SELECT (draw ->> 0)::bigint AS lot, sum((draw ->> 1)::numeric) AS credits
        FROM timed_out AS o CROSS JOIN LATERAL jsonb_array_elements(o.draws) AS draw
        GROUP BY 1
    ),
    lots AS (
        UPDATE wallet_grant AS g SET held = g.held - f.credits FROM freed AS f WHERE g.id = f.lot
    )
    SELECT count(*), coalesce(sum(o.credits), 0) INTO v_due, v_held FROM timed_out AS o;
    UPDATE wallet_wallet AS old
    SET
        held = old.held - v_held,
        is_low = old.is_low
        AND coalesce(old.balance - old.held + v_held < old.alert_below, FALSE)
    WHERE old.id = w.id AND v_held > 0;
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
