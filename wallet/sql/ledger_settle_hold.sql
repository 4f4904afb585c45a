-- Close an open hold and free what its lots set aside for it. The caller holds the wallet's lock.
CREATE OR REPLACE FUNCTION ledger_settle_hold(
    p_hold wallet_hold, p_status text, p_captured numeric, p_at timestamptz
)
RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    v_expiry timestamptz;
BEGIN
    UPDATE wallet_hold
    SET status = p_status, captured = p_captured, settled_at = p_at
    WHERE id = p_hold.id;
    WITH freed AS (
        UPDATE wallet_grant AS g
        SET held = g.held - (draw ->> 1)::numeric
        FROM jsonb_array_elements(p_hold.draws) AS draw
        WHERE g.id = (draw ->> 0)::bigint
        RETURNING g.expires_at
    )
    SELECT min(f.expires_at) INTO v_expiry FROM freed AS f;
    UPDATE wallet_wallet AS w
    SET
        held = w.held - p_hold.credits,
        next_expiry_at = least(w.next_expiry_at, v_expiry),
        is_low = w.is_low
        AND coalesce(w.balance - w.held + p_hold.credits < w.alert_below, FALSE)
    WHERE w.id = p_hold.wallet_id;
END
$$;
