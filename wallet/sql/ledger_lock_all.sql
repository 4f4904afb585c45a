-- Lock several wallets until the transaction ends, in ascending order, as `ledger_lock` does one.
CREATE OR REPLACE FUNCTION ledger_lock_all(p_wallets bigint[])
RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM pg_advisory_xact_lock((4711::bigint << 48) | w.id)
    FROM (SELECT DISTINCT wallet.id FROM unnest(p_wallets) AS wallet (id) ORDER BY wallet.id) AS w;
    PERFORM FROM wallet_wallet AS w
    WHERE w.id = ANY(p_wallets)
    ORDER BY w.id
    FOR NO KEY UPDATE;
END
$$;
