-- Give credits of a spend back: `p_credits` of it, or all that is left (NULL).
--
-- outcome: posted, replayed, key_reused, spend_not_found, spend_reversed (nothing is left),
-- reversal_too_large (`facts`: left), wallet_closed, wallet_full. Debt is repaid from what comes
-- back.
CREATE OR REPLACE FUNCTION ledger_reverse_spend(
    p_spend bigint, p_credits numeric, p_grace interval, p_key text, p_actor text, p_reason text,
    OUT outcome text, OUT facts jsonb, OUT entry wallet_ledgerentry
)
LANGUAGE plpgsql
AS $$
DECLARE
    v_spend wallet_ledgerentry;
    v_entered record;
    v_reversed numeric(18, 4);
    v_left numeric(18, 4);
    v_credits numeric(18, 4);
    v_at timestamptz;
    v_back record;
    v_request bytea := ledger_request_hash(
        jsonb_build_array('reverse', p_spend, p_credits::numeric(18, 4), p_reason));
BEGIN
    SELECT * INTO v_spend FROM wallet_ledgerentry AS e
    WHERE e.id = p_spend AND e.kind = 'spend';
    v_entered := ledger_enter(v_spend.wallet_id, p_key, v_request);
    IF v_entered.outcome IS NOT NULL THEN
        outcome := replace(v_entered.outcome, 'wallet_not_found', 'spend_not_found');
        entry := v_entered.entry;
        RETURN;
    END IF;
    v_at := greatest(clock_timestamp(), (v_entered.w).last_entry_at);
    SELECT coalesce(sum(e.credits), 0) INTO v_reversed FROM wallet_ledgerentry AS e
    WHERE e.reverses_id = p_spend;
    v_left := -v_spend.credits - v_reversed;
    v_credits := coalesce(p_credits, v_left);
    IF v_left = 0 THEN
        outcome := 'spend_reversed';
        RETURN;
    END IF;
    IF v_credits > v_left THEN
        outcome := 'reversal_too_large';
        facts := jsonb_build_object('left', v_left::text);
        RETURN;
    END IF;
    IF (v_entered.w).balance + v_credits >= 1e14 THEN
        outcome := 'wallet_full';
        RETURN;
    END IF;
    v_back := ledger_give_back(v_spend, v_reversed, v_credits, p_grace, v_at);
    entry.kind := 'reversal';
    entry.credits := v_credits;
    entry.draws := v_back.draws;
    entry.cost_cents := v_back.cost_cents;
    entry.service_id := v_spend.service_id;
    entry.reverses_id := p_spend;
    entry.idempotency_key := p_key;
    entry.request_hash := v_request;
    entry.actor := p_actor;
    entry.reason := p_reason;
    IF v_back.made <> '{}' THEN
        entry.metadata := jsonb_build_object('lots', v_back.made);
    END IF;
    entry.created_at := v_at;
    entry := ledger_append(v_spend.wallet_id, entry);
    PERFORM ledger_repay_debt(v_spend.wallet_id, v_credits, v_at);
    outcome := 'posted';
END
$$;
