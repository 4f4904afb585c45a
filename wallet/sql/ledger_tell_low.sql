-- Tell that a wallet fell below its own warning, or has nothing left. Called on crossing only.
CREATE OR REPLACE FUNCTION ledger_tell_low(
    w wallet_wallet, p_free numeric, p_at timestamptz
)
RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    INSERT INTO wallet_walletevent (wallet_id, kind, data, created_at)
    VALUES (
        w.id,
        CASE WHEN p_free > 0 THEN 'balance.low' ELSE 'balance.depleted' END,
        jsonb_build_object('available', p_free::text, 'alert_below', w.alert_below::text),
        p_at
    );
END
$$;
