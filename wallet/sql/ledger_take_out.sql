-- Take credits out of a wallet without a service: an operator's correction.
--
-- outcome: posted, replayed, key_reused, wallet_not_found, wallet_closed, insufficient
-- (`facts`: available). A paused wallet can be corrected.
CREATE OR REPLACE FUNCTION ledger_take_out(
    p_wallet bigint, p_kind text, p_credits numeric, p_reference text,
    p_key text, p_actor text, p_reason text,
    OUT outcome text, OUT facts jsonb, OUT entry wallet_ledgerentry
)
LANGUAGE plpgsql
AS $$
DECLARE
    v_entered record;
    v_credits numeric(18, 4) := p_credits;
    v_available numeric;
    v_at timestamptz;
    v_drawn record;
    v_request bytea := ledger_request_hash(jsonb_build_array(p_kind, -v_credits, p_reference));
BEGIN
    v_entered := ledger_enter(p_wallet, p_key, v_request);
    IF v_entered.outcome IS NOT NULL THEN
        outcome := v_entered.outcome;
        entry := v_entered.entry;
        RETURN;
    END IF;
    v_at := greatest(clock_timestamp(), (v_entered.w).last_entry_at);
    v_available := ledger_available(v_entered.w, v_at);
    IF v_available < v_credits THEN
        outcome := 'insufficient';
        facts := jsonb_build_object('available', v_available::numeric(18, 4)::text);
        RETURN;
    END IF;
    PERFORM ledger_sweep(v_entered.w, v_at);
    v_drawn := ledger_draw(p_wallet, v_credits, v_at);
    entry.kind := p_kind;
    entry.credits := -v_credits;
    entry.draws := v_drawn.draws;
    entry.cost_cents := v_drawn.cost_cents;
    entry.idempotency_key := p_key;
    entry.request_hash := v_request;
    entry.reference := p_reference;
    entry.actor := p_actor;
    entry.reason := p_reason;
    entry.created_at := v_at;
    entry := ledger_append(p_wallet, entry);
    outcome := 'posted';
END
$$;
