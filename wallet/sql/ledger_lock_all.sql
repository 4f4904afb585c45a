-- Lock several wallets until the transaction ends, in ascending order.
--
-- By their rows alone: the server's table of locks has room for some thousand advisory ones, and
-- whoever finds it full fails. One wallet may be a hot one and is locked as by everybody.
CREATE OR REPLACE FUNCTION ledger_lock_all(p_wallets bigint[])
RETURNS void
LANGUAGE plpgsql
SET lock_timeout = '5s'
AS $$
BEGIN
    IF p_wallets[1] = ALL(p_wallets) THEN
        PERFORM ledger_lock(p_wallets[1]);
        RETURN;
    END IF;
    PERFORM FROM wallet_wallet AS w
    WHERE w.id = ANY(p_wallets)
    ORDER BY w.id
    FOR NO KEY UPDATE;
END
$$;
