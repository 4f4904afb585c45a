-- Lock one wallet until the transaction ends and return its row; NULL where there is none.
--
-- Nobody waits for long: who holds a lock for seconds is stuck, and must not make the site so.
-- The advisory lock is a first-come queue in front of the row lock, which alone lets many
-- waiters of a hot wallet wake up at once. The row is read by a statement of its own, after
-- the lock is held: what was read before it could be old.
CREATE OR REPLACE FUNCTION ledger_lock(p_wallet bigint)
RETURNS wallet_wallet
LANGUAGE plpgsql
SET lock_timeout = '5s'
AS $$
DECLARE
    -- An assignment, because PL/pgSQL computes it without a query.
    v_queued boolean := pg_advisory_xact_lock((4711::bigint << 48) | p_wallet) IS NOT NULL;
    w wallet_wallet;
BEGIN
    SELECT * INTO w FROM wallet_wallet WHERE id = p_wallet FOR NO KEY UPDATE;
    RETURN w;
END
$$;
