-- What follows when credits come free of a hold: they pay debt, and those past their time lapse.
--
-- The caller holds the wallet's lock.
CREATE OR REPLACE FUNCTION ledger_free(
    p_wallet bigint, p_credits numeric, p_at timestamptz
)
RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    w wallet_wallet;
BEGIN
    SELECT * INTO STRICT w FROM wallet_wallet WHERE id = p_wallet;
    PERFORM ledger_sweep(w, p_at);
    PERFORM ledger_repay_debt(p_wallet, p_credits, p_at);
END
$$;
