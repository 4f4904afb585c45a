-- Spend credits on a service: everything in one call and one lock.
--
-- Either `p_quantity` units at the rate in force, or `p_credits` as they are. outcome: posted,
-- replayed (same key and request: the first entry), key_reused, wallet_not_found, wallet_closed,
-- system_off (not `p_is_on`, as the settings say), what `ledger_admit` says, service_unpriced,
-- quantity_too_small, insufficient (`facts`: required, available), limit_reached (`facts`: which,
-- used, when it resets). Only `posted` writes; a refusal leaves the key unused. With `p_is_locked`
-- the caller holds the wallet's row.
--
-- The hot path: as few statements as there can be, since each costs more than what it does.
CREATE OR REPLACE FUNCTION ledger_spend(
    p_wallet bigint, p_service text, p_quantity numeric, p_credits numeric, p_key text,
    p_metadata jsonb, p_actor text, p_is_on boolean, p_is_locked boolean,
    OUT outcome text, OUT facts jsonb, OUT entry wallet_ledgerentry
)
LANGUAGE plpgsql
AS $$
DECLARE
    -- What `ledger_lock` does; nearly always nobody is there to wait for.
    v_queued boolean := CASE
        WHEN p_is_locked THEN TRUE
        WHEN pg_try_advisory_xact_lock((4711::bigint << 48) | p_wallet) THEN TRUE
        ELSE ledger_queue(p_wallet) IS NOT NULL
    END;
    w wallet_wallet;
    v_at timestamptz;
    v_is_due boolean;
    v_met record;
    v_drawn record;
    v_lot bigint;
    v_required numeric := p_credits::numeric(18, 4);
    v_available numeric;
    v_request bytea := ledger_request_hash(CASE
        WHEN p_credits IS NULL
            THEN jsonb_build_array('spend', p_service, p_quantity::numeric(18, 4), p_metadata)
        ELSE jsonb_build_array('spend credits', p_service, v_required, p_metadata)
    END);
BEGIN
    SELECT * INTO w FROM wallet_wallet WHERE id = p_wallet FOR NO KEY UPDATE;
    v_at := greatest(clock_timestamp(), w.last_entry_at);
    SELECT admitted.*, EXISTS (SELECT FROM ledger_answered(p_wallet, p_key)) AS is_known
    INTO STRICT v_met
    FROM ledger_admit(w.status, p_service, p_quantity, v_at) AS admitted;
    IF v_met.is_known OR w.id IS NULL OR w.status = 'closed' THEN
        v_met := ledger_recall(w, p_key, v_request);
        outcome := v_met.outcome;
        entry := v_met.entry;
        RETURN;
    END IF;
    IF NOT p_is_on THEN
        outcome := 'system_off';
        RETURN;
    END IF;
    IF v_met.outcome IS NOT NULL THEN
        outcome := v_met.outcome;
        facts := v_met.facts;
        RETURN;
    END IF;
    IF p_credits IS NULL THEN
        IF v_met.rate IS NULL THEN
            outcome := 'service_unpriced';
            RETURN;
        END IF;
        IF v_met.credits = 0 THEN
            outcome := 'quantity_too_small';
            RETURN;
        END IF;
        v_required := v_met.credits;
    END IF;
    v_is_due := least(w.next_expiry_at, w.next_release_at) <= v_at;
    v_available := CASE
        WHEN v_is_due THEN ledger_available(w, v_at) ELSE w.balance - w.held
    END;
    IF v_available < v_required THEN
        outcome := 'insufficient';
        facts := jsonb_build_object(
            'required', v_required::text, 'available', v_available::numeric(18, 4)::text
        );
        RETURN;
    END IF;
    IF w.has_limits THEN
        facts := ledger_check_limits(p_wallet, v_met.service, v_required, v_at);
        IF facts IS NOT NULL THEN
            outcome := 'limit_reached';
            RETURN;
        END IF;
    END IF;
    IF v_is_due THEN
        PERFORM ledger_sweep(w, v_at);
        SELECT * INTO STRICT w FROM wallet_wallet WHERE id = p_wallet;
    END IF;
    -- Nearly always the first lot has enough: one statement chooses and takes.
    UPDATE wallet_grant AS g
    SET remaining = g.remaining - v_required, is_open = g.remaining > v_required
    WHERE g.id = (SELECT open.lot FROM ledger_open_lots(p_wallet, v_at) AS open LIMIT 1)
        AND g.remaining - g.held >= v_required
    RETURNING
        g.id, ledger_cents(g.cost_cents, g.credits, g.remaining + v_required, g.remaining)
    INTO v_lot, entry.cost_cents;
    IF v_lot IS NULL THEN
        v_drawn := ledger_draw(p_wallet, v_required, v_at);
        entry.draws := v_drawn.draws;
        entry.cost_cents := v_drawn.cost_cents;
    ELSE
        entry.draws := jsonb_build_array(
            jsonb_build_array(v_lot, (-v_required)::numeric(18, 4)::text, entry.cost_cents)
        );
    END IF;
    entry.kind := 'spend';
    entry.credits := -v_required;
    entry.service_id := v_met.service;
    IF p_credits IS NULL THEN
        entry.rate_id := v_met.rate;
        entry.quantity := p_quantity;
    END IF;
    entry.idempotency_key := p_key;
    entry.request_hash := v_request;
    entry.actor := p_actor;
    entry.metadata := p_metadata;
    entry.created_at := v_at;
    entry := ledger_post(w, entry);
    outcome := 'posted';
END
$$;
