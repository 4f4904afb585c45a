-- Append one entry to a wallet's ledger; see `ledger_post`. The caller holds the wallet's lock.
CREATE OR REPLACE FUNCTION ledger_append(p_wallet bigint, e wallet_ledgerentry)
RETURNS wallet_ledgerentry
LANGUAGE plpgsql
AS $$
DECLARE
    w wallet_wallet;
BEGIN
    SELECT * INTO STRICT w FROM wallet_wallet WHERE id = p_wallet;
    RETURN ledger_post(w, e);
END
$$;
