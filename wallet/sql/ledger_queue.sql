-- Wait in the line of a wallet, first come, first served, until the transaction ends.
--
-- Nobody waits for long: who holds a lock for seconds is stuck, and must not make the site so.
CREATE OR REPLACE FUNCTION ledger_queue(p_wallet bigint)
RETURNS void
LANGUAGE plpgsql
SET lock_timeout = '5s'
AS $$
BEGIN
    PERFORM pg_advisory_xact_lock((4711::bigint << 48) | p_wallet);
END
$$;
