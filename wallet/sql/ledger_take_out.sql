-- Take credits out of a wallet without a service: an operator's correction.
--
-- outcome: posted, replayed, key_reused, wallet_not_found, wallet_closed, insufficient
-- (`available` says what there is). A paused wallet can be corrected.
CREATE OR REPLACE FUNCTION ledger_take_out(
    p_wallet bigint, p_kind text, p_credits numeric, p_reference text,
    p_key text, p_actor text, p_reason text,
    OUT outcome text, OUT available numeric, OUT entry wallet_ledgerentry
)
LANGUAGE plpgsql
AS $$
DECLARE
    v_entered record;
    w wallet_wallet;
    v_credits numeric(18, 4) := p_credits;
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
    w := v_entered.w;
    v_at := clock_timestamp();
    available := ledger_available(w, v_at);
    IF available < v_credits THEN
        outcome := 'insufficient';
        RETURN;
    END IF;
    v_drawn := ledger_draw(p_wallet, v_credits, v_at);
    IF v_drawn.draws IS NULL THEN
        outcome := 'insufficient';
        RETURN;
    END IF;
    entry := ledger_append(
        p_wallet, p_kind, -v_credits, v_drawn.draws, v_drawn.cost_cents,
        p_key, v_request, p_actor, p_reference, p_reason, '{}', NULL, NULL, NULL, v_at
    );
    outcome := 'posted';
END
$$;
