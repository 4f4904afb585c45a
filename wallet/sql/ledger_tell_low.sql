-- Tell that a wallet fell below its own warning, or has nothing left.
--
-- Called by each step that crosses, with the wallet as it was before the step. Nothing is told
-- where the operation as a whole took nothing: a capture frees its hold and then spends it, a
-- grant to a wallet in debt is taken again. The steps of an operation share its moment.
CREATE OR REPLACE FUNCTION ledger_tell_low(
    w wallet_wallet, p_free numeric, p_at timestamptz
)
RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    v_before numeric;
BEGIN
    SELECT w.balance - w.held - coalesce(sum(
        coalesce(h.credits, 0) + CASE WHEN e.sequence <= w.sequence THEN e.credits ELSE 0 END
    ), 0) INTO v_before
    FROM wallet_ledgerentry AS e
    LEFT JOIN wallet_hold AS h ON h.id = e.hold_id
    WHERE e.wallet_id = w.id AND e.sequence > coalesce((
        SELECT earlier.sequence FROM wallet_ledgerentry AS earlier
        WHERE earlier.wallet_id = w.id AND earlier.created_at <> p_at
        ORDER BY earlier.sequence DESC LIMIT 1
    ), 0);
    IF p_free >= v_before THEN
        RETURN;
    END IF;
    INSERT INTO wallet_walletevent (wallet_id, kind, data, created_at)
    VALUES (
        w.id,
        CASE WHEN p_free > 0 THEN 'balance.low' ELSE 'balance.depleted' END,
        jsonb_build_object('available', p_free::text, 'alert_below', w.alert_below::text),
        p_at
    );
END
$$;
