-- Do what is due in one wallet, for the job that looks for it. Returns how much was due.
CREATE OR REPLACE FUNCTION ledger_sweep_wallet(p_wallet bigint)
RETURNS integer
LANGUAGE plpgsql
AS $$
DECLARE
    w wallet_wallet;
BEGIN
    SELECT * INTO STRICT w FROM ledger_lock(p_wallet);
    RETURN ledger_sweep(w, greatest(clock_timestamp(), w.last_entry_at));
END
$$;
