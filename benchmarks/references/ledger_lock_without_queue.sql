-- `ledger_lock` with the row lock alone, without the advisory lock's first-come queue before it.
-- Installed over the site's own in a database of the benchmark, to measure what the queue brings.
CREATE OR REPLACE FUNCTION ledger_lock(p_wallet bigint)
RETURNS SETOF wallet_wallet
LANGUAGE plpgsql
AS $$
BEGIN
    RETURN QUERY
        SELECT w.*
        FROM wallet_wallet AS w
        WHERE w.id = p_wallet
        FOR NO KEY UPDATE;
END
$$;
