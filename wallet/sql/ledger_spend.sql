-- Spend credits on a service, at the rate in force: everything in one call and one lock.
--
-- outcome: posted, replayed (same key and request: the first entry), key_reused,
-- wallet_not_found, wallet_paused, wallet_closed, service_not_found, service_paused,
-- service_unpriced, quantity_too_small, insufficient (with `required` and `available`).
-- Only `posted` writes; a refusal leaves the key unused.
CREATE OR REPLACE FUNCTION ledger_spend(
    p_wallet bigint, p_service text, p_quantity numeric, p_key text, p_metadata jsonb,
    p_actor text,
    OUT outcome text, OUT required numeric, OUT available numeric, OUT entry wallet_ledgerentry
)
LANGUAGE plpgsql
AS $$
DECLARE
    v_entered record;
    w wallet_wallet;
    v_quantity numeric(18, 4) := p_quantity;
    v_service record;
    v_rate record;
    v_at timestamptz;
    v_drawn record;
    v_request bytea := ledger_request_hash(
        jsonb_build_array('spend', p_service, v_quantity, p_metadata));
BEGIN
    v_entered := ledger_enter(p_wallet, p_key, v_request);
    IF v_entered.outcome IS NOT NULL THEN
        outcome := v_entered.outcome;
        entry := v_entered.entry;
        RETURN;
    END IF;
    w := v_entered.w;
    IF w.status <> 'active' THEN
        outcome := 'wallet_' || w.status;
        RETURN;
    END IF;
    v_at := clock_timestamp();
    SELECT s.id, s.status INTO v_service FROM wallet_service AS s WHERE s.slug = p_service;
    IF v_service.id IS NULL THEN
        outcome := 'service_not_found';
        RETURN;
    END IF;
    IF v_service.status <> 'active' THEN
        outcome := 'service_' || v_service.status;
        RETURN;
    END IF;
    SELECT r.id, r.credits_per_unit INTO v_rate FROM wallet_servicerate AS r
    WHERE r.service_id = v_service.id AND r.effective_at <= v_at
    ORDER BY r.effective_at DESC LIMIT 1;
    IF v_rate.id IS NULL THEN
        outcome := 'service_unpriced';
        RETURN;
    END IF;
    required := round(v_quantity * v_rate.credits_per_unit, 4);
    IF required = 0 THEN
        outcome := 'quantity_too_small';
        RETURN;
    END IF;
    available := ledger_available(w, v_at);
    IF available < required THEN
        outcome := 'insufficient';
        RETURN;
    END IF;
    v_drawn := ledger_draw(p_wallet, required, v_at);
    IF v_drawn.draws IS NULL THEN
        outcome := 'insufficient';
        RETURN;
    END IF;
    entry := ledger_append(
        p_wallet, 'spend', -required, v_drawn.draws, v_drawn.cost_cents,
        p_key, v_request, p_actor, '', '', p_metadata,
        v_service.id, v_rate.id, v_quantity, v_at
    );
    outcome := 'posted';
END
$$;
