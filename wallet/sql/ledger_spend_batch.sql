-- Spend many times in one call: each item as `ledger_spend` would, with an outcome of its own.
--
-- All wallets are locked first, in ascending order, so that batches never wait for each other in
-- a circle; whoever has a row locked waits for no advisory lock any more. The items of wallets
-- with nothing in the way of any of them are posted in one run; the others each go their own way
-- through `ledger_spend`. The arrays go together; outcomes come in their order, items of one
-- wallet are spent in it.
CREATE OR REPLACE FUNCTION ledger_spend_batch(
    p_wallets bigint[], p_services text[], p_quantities numeric[], p_keys text[],
    p_metadata jsonb[], p_actor text, p_is_on boolean
)
RETURNS TABLE (outcome text, facts jsonb, entry wallet_ledgerentry)
LANGUAGE plpgsql
AS $$
DECLARE
    v_at timestamptz;
    v_run record;
    v_posted wallet_ledgerentry[];
    v_entries wallet_ledgerentry[] := array_fill(
        NULL::wallet_ledgerentry, ARRAY[cardinality(p_wallets)]
    );
    v_single record;
BEGIN
    PERFORM ledger_lock_all(p_wallets);
    v_at := clock_timestamp();
    v_run := ledger_batch_run(p_wallets, p_services, p_quantities, p_keys, p_metadata, v_at);
    IF p_is_on AND v_run.places IS NOT NULL THEN
        v_posted := ledger_spend_run(
            v_run.wallets, v_run.services, v_run.rates, v_run.quantities, v_run.credits,
            v_run.keys, v_run.requests, v_run.metadata, p_actor, v_at
        );
        FOR i IN 1 .. cardinality(v_posted) LOOP
            v_entries[v_run.places[i]] := v_posted[i];
        END LOOP;
    END IF;
    FOR i IN 1 .. cardinality(p_wallets) LOOP
        entry := v_entries[i];
        IF entry.id IS NOT NULL THEN
            outcome := 'posted';
            facts := NULL;
        ELSE
            v_single := ledger_spend(
                p_wallets[i], p_services[i], p_quantities[i], NULL, p_keys[i], p_metadata[i],
                p_actor, p_is_on, TRUE
            );
            outcome := v_single.outcome;
            facts := v_single.facts;
            entry := v_single.entry;
        END IF;
        RETURN NEXT;
    END LOOP;
END
$$;
