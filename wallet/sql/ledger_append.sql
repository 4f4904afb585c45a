-- Append one entry to a wallet's ledger; see ledger_append_all.
CREATE OR REPLACE FUNCTION ledger_append(p_wallet bigint, e wallet_ledgerentry)
RETURNS wallet_ledgerentry
LANGUAGE plpgsql
AS $$
BEGIN
    e.wallet_id := p_wallet;
    RETURN (ledger_append_all(ARRAY[e]))[1];
END
$$;
