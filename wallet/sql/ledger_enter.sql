-- How every request begins: take the wallet's lock, then look whether it was answered before.
--
-- `w` is the locked wallet; outcome and entry are those of `ledger_recall`.
CREATE OR REPLACE FUNCTION ledger_enter(
    p_wallet bigint, p_key text, p_request bytea,
    OUT outcome text, OUT w wallet_wallet, OUT entry wallet_ledgerentry
)
LANGUAGE plpgsql
AS $$
DECLARE
    v_recalled record;
BEGIN
    w := ledger_lock(p_wallet);
    v_recalled := ledger_recall(w, p_key, p_request);
    outcome := v_recalled.outcome;
    entry := v_recalled.entry;
END
$$;
