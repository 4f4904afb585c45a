-- What can be spent of a wallet at a moment: what its unexpired lots hold and no open hold sets
-- aside. A hold that is overdue counts as released; what comes free so pays debt first.
CREATE OR REPLACE FUNCTION ledger_available(w wallet_wallet, p_at timestamptz)
RETURNS numeric
LANGUAGE plpgsql STABLE
AS $$
BEGIN
    IF w.next_expiry_at > p_at AND w.next_release_at > p_at THEN
        RETURN w.balance - w.held;
    END IF;
    RETURN greatest(ledger_overdue(w.id, p_at) - w.debt, 0) + (
        SELECT coalesce(sum(g.remaining - g.held), 0)::numeric(18, 4)
        FROM wallet_grant AS g
        WHERE g.wallet_id = w.id AND g.is_open AND g.expires_at > p_at
    );
END
$$;
