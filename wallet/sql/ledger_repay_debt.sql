-- Pay what a wallet owes from what is free in it, with the entry that says so.
--
-- With no more than `p_most`, which is what just came in or came free. Drawn in the published
-- order like everything else. The caller holds the wallet's lock.
CREATE OR REPLACE FUNCTION ledger_repay_debt(
    p_wallet bigint, p_most numeric, p_at timestamptz
)
RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    e wallet_ledgerentry;
    w wallet_wallet;
    v_credits numeric(18, 4);
    v_drawn record;
BEGIN
    SELECT * INTO STRICT w FROM wallet_wallet WHERE id = p_wallet;
    IF w.debt = 0 THEN
        RETURN;
    END IF;
    SELECT least(w.debt, p_most, coalesce(sum(g.remaining - g.held), 0)) INTO v_credits
    FROM wallet_grant AS g
    WHERE g.wallet_id = p_wallet AND g.is_open AND g.expires_at > p_at;
    IF v_credits = 0 THEN
        RETURN;
    END IF;
    v_drawn := ledger_draw(p_wallet, v_credits, p_at);
    e.kind := 'clawback';
    e.credits := -v_credits;
    e.draws := v_drawn.draws;
    e.cost_cents := v_drawn.cost_cents;
    e.idempotency_key := 'repay debt at ' || w.sequence + 1;
    e.request_hash := ledger_request_hash(jsonb_build_array('repay_debt', v_credits));
    e.reference := 'debt';
    e.reason := 'Repays what was owed';
    e.actor := 'system:debt';
    e.metadata := jsonb_build_object(
        'repaid_debt', v_credits::text, 'debt_left', (w.debt - v_credits)::text
    );
    e.created_at := p_at;
    PERFORM ledger_append(p_wallet, e);
    UPDATE wallet_wallet SET debt = w.debt - v_credits WHERE id = p_wallet;
END
$$;
