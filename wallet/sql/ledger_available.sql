-- What can be spent of a wallet at a moment: its balance without holds and expired lots.
-- The caller holds the wallet's lock.
CREATE OR REPLACE FUNCTION ledger_available(w wallet_wallet, p_at timestamptz)
RETURNS numeric
LANGUAGE plpgsql STABLE
AS $$
BEGIN
    IF w.next_expiry_at > p_at THEN
        RETURN w.balance - w.held;
    END IF;
    RETURN w.balance - w.held - (
        SELECT coalesce(sum(g.remaining), 0)
        FROM wallet_grant AS g
        WHERE g.wallet_id = w.id AND g.is_open AND g.expires_at <= p_at
    );
END
$$;
