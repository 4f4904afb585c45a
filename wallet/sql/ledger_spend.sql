-- Spend credits on a service: everything in one call and one lock.
--
-- Either `p_quantity` units at the rate in force, or `p_credits` as they are. outcome: posted,
-- replayed (same key and request: the first entry), key_reused, wallet_not_found, wallet_closed,
-- what `ledger_admit` says, service_unpriced, quantity_too_small, insufficient (`facts`: required,
-- available), limit_reached (`facts`: which, used, when it resets). Only `posted` writes; a
-- refusal leaves the key unused.
CREATE OR REPLACE FUNCTION ledger_spend(
    p_wallet bigint, p_service text, p_quantity numeric, p_credits numeric, p_key text,
    p_metadata jsonb, p_actor text,
    OUT outcome text, OUT facts jsonb, OUT entry wallet_ledgerentry
)
LANGUAGE plpgsql
AS $$
DECLARE
    v_entered record;
    v_admitted record;
    v_price record;
    v_drawn record;
    v_required numeric := p_credits::numeric(18, 4);
    v_available numeric;
    v_at timestamptz;
    v_request bytea := ledger_request_hash(CASE
        WHEN p_credits IS NULL
            THEN jsonb_build_array('spend', p_service, p_quantity::numeric(18, 4), p_metadata)
        ELSE jsonb_build_array('spend credits', p_service, v_required, p_metadata)
    END);
BEGIN
    v_entered := ledger_enter(p_wallet, p_key, v_request);
    IF v_entered.outcome IS NOT NULL THEN
        outcome := v_entered.outcome;
        entry := v_entered.entry;
        RETURN;
    END IF;
    v_admitted := ledger_admit(v_entered.w, p_service);
    IF v_admitted.outcome IS NOT NULL THEN
        outcome := v_admitted.outcome;
        facts := v_admitted.facts;
        RETURN;
    END IF;
    v_at := clock_timestamp();
    IF p_credits IS NULL THEN
        v_price := ledger_price(v_admitted.service, p_quantity, v_at);
        IF v_price.rate IS NULL THEN
            outcome := 'service_unpriced';
            RETURN;
        END IF;
        IF v_price.credits = 0 THEN
            outcome := 'quantity_too_small';
            RETURN;
        END IF;
        v_required := v_price.credits;
        entry.rate_id := v_price.rate;
        entry.quantity := p_quantity;
    END IF;
    v_available := ledger_available(v_entered.w, v_at);
    IF v_available < v_required THEN
        outcome := 'insufficient';
        facts := jsonb_build_object(
            'required', v_required::text, 'available', v_available::numeric(18, 4)::text
        );
        entry := NULL;
        RETURN;
    END IF;
    IF (v_entered.w).has_limits THEN
        facts := ledger_check_limits(p_wallet, v_admitted.service, v_required, v_at);
        IF facts IS NOT NULL THEN
            outcome := 'limit_reached';
            entry := NULL;
            RETURN;
        END IF;
    END IF;
    PERFORM ledger_sweep(v_entered.w, v_at);
    v_drawn := ledger_draw(p_wallet, v_required, v_at);
    entry.kind := 'spend';
    entry.credits := -v_required;
    entry.draws := v_drawn.draws;
    entry.cost_cents := v_drawn.cost_cents;
    entry.service_id := v_admitted.service;
    entry.idempotency_key := p_key;
    entry.request_hash := v_request;
    entry.actor := p_actor;
    entry.metadata := p_metadata;
    entry.created_at := v_at;
    entry := ledger_append(p_wallet, entry);
    outcome := 'posted';
END
$$;
