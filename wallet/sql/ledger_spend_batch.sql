-- Spend many times in one call: each item as `ledger_spend` would, with an outcome of its own.
--
-- All wallets are locked first, in ascending order, so that batches never wait for each other in
-- a circle. The arrays go together; outcomes come in their order.
CREATE OR REPLACE FUNCTION ledger_spend_batch(
    p_wallets bigint[], p_services text[], p_quantities numeric[], p_keys text[],
    p_metadata jsonb[], p_actor text
)
RETURNS TABLE (outcome text, facts jsonb, entry wallet_ledgerentry)
LANGUAGE plpgsql
AS $$
DECLARE
    v_wallet bigint;
BEGIN
    FOR v_wallet IN SELECT DISTINCT w FROM unnest(p_wallets) AS w ORDER BY w LOOP
        PERFORM ledger_lock(v_wallet);
    END LOOP;
    FOR i IN 1 .. cardinality(p_wallets) LOOP
        RETURN QUERY
            SELECT s.outcome, s.facts, s.entry
            FROM ledger_spend(
                p_wallets[i], p_services[i], p_quantities[i], NULL, p_keys[i], p_metadata[i],
                p_actor
            ) AS s;
    END LOOP;
END
$$;
