-- Post spends that nothing stands in the way of, with as little work for each as can be.
--
-- The arrays go together and stand by wallet. The caller holds the locks and knows: fresh keys,
-- services and rates in force, enough credits for all, no limit to check and nothing due.
CREATE OR REPLACE FUNCTION ledger_spend_run(
    p_wallets bigint[], p_services bigint[], p_rates bigint[], p_quantities numeric[],
    p_credits numeric[], p_keys text[], p_requests bytea[], p_metadata jsonb[], p_actor text,
    p_at timestamptz
)
RETURNS wallet_ledgerentry[]
LANGUAGE plpgsql
AS $$
DECLARE
    v_lots CURSOR FOR
        SELECT g.wallet_id, g.id, g.remaining - g.held AS free, g.remaining,
            g.credits, g.cost_cents, 0::numeric(18, 4) AS taken
        FROM wallet_grant AS g
        WHERE g.wallet_id = ANY(p_wallets) AND g.is_open AND g.expires_at > p_at
            AND g.remaining > g.held
        ORDER BY
            g.wallet_id, g.priority, g.expires_at, g.cost_cents > 0, g.cost_cents / g.credits,
            g.created_at, g.id;
    v_lot record;
    v_ids bigint[] := '{}';
    v_taken numeric[] := '{}';
    v_entries wallet_ledgerentry[] := '{}';
    e wallet_ledgerentry;
    v_left numeric(18, 4);
    v_part numeric(18, 4);
    v_cents bigint;
BEGIN
    OPEN v_lots;
    FETCH v_lots INTO v_lot;
    e.kind := 'spend';
    e.actor := p_actor;
    e.created_at := p_at;
    FOR i IN 1 .. cardinality(p_keys) LOOP
        v_left := p_credits[i];
        e.draws := '[]';
        e.cost_cents := 0;
        LOOP
            IF v_lot.wallet_id <> p_wallets[i] OR v_lot.free = 0 THEN
                v_ids := v_ids || v_lot.id;
                v_taken := v_taken || v_lot.taken;
                FETCH v_lots INTO v_lot;
                CONTINUE;
            END IF;
            v_part := least(v_left, v_lot.free);
            v_cents := ledger_cents(
                v_lot.cost_cents, v_lot.credits, v_lot.remaining, v_lot.remaining - v_part
            );
            e.draws := e.draws || jsonb_build_array(
                jsonb_build_array(v_lot.id, (-v_part)::text, v_cents)
            );
            e.cost_cents := e.cost_cents + v_cents;
            v_lot.free := v_lot.free - v_part;
            v_lot.remaining := v_lot.remaining - v_part;
            v_lot.taken := v_lot.taken + v_part;
            v_left := v_left - v_part;
            EXIT WHEN v_left = 0;
        END LOOP;
        e.wallet_id := p_wallets[i];
        e.credits := -p_credits[i]::numeric(18, 4);
        e.service_id := p_services[i];
        e.rate_id := p_rates[i];
        e.quantity := p_quantities[i];
        e.idempotency_key := p_keys[i];
        e.request_hash := p_requests[i];
        e.metadata := p_metadata[i];
        v_entries := v_entries || e;
    END LOOP;
    CLOSE v_lots;
    UPDATE wallet_grant AS g
    SET remaining = g.remaining - lot.taken, is_open = g.remaining > lot.taken
    FROM unnest(v_ids || v_lot.id, v_taken || v_lot.taken) AS lot (id, taken)
    WHERE g.id = lot.id AND lot.taken > 0;
    RETURN ledger_append_all(p_wallets, v_entries);
END
$$;
