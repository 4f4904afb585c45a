-- Lock one wallet until the transaction ends and return its row; no row where there is none.
--
-- The advisory lock is a first-come queue in front of the row lock, which alone lets many
-- waiters of a hot wallet wake up at once. The row is read by a statement of its own, after
-- the lock is held: what was read before it could be old.
CREATE OR REPLACE FUNCTION ledger_lock(p_wallet bigint)
RETURNS SETOF wallet_wallet
LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM pg_advisory_xact_lock((4711::bigint << 48) | p_wallet);
    RETURN QUERY
        SELECT w.*
        FROM wallet_wallet AS w
        WHERE w.id = p_wallet
        FOR NO KEY UPDATE;
END
$$;
