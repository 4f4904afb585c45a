-- Take credits back because their money was: what is there, and the rest becomes debt.
--
-- From the lot `p_grant` first (NULL: none is named), then, where `p_go_on`, from the other lots
-- in the published order. What is held stays held. outcome: posted, replayed, key_reused,
-- wallet_not_found, grant_not_found, wallet_full (its debt). A closed wallet has nothing to take
-- and owes all of it.
CREATE OR REPLACE FUNCTION ledger_claw_back(
    p_wallet bigint, p_grant bigint, p_credits numeric, p_go_on boolean, p_reference text,
    p_key text, p_actor text, p_reason text,
    OUT outcome text, OUT facts jsonb, OUT clawback wallet_clawback
)
LANGUAGE plpgsql
AS $$
DECLARE
    w wallet_wallet;
    e wallet_ledgerentry;
    v_credits numeric(18, 4) := p_credits;
    v_named numeric(18, 4) := 0;
    v_other numeric(18, 4) := 0;
    v_at timestamptz;
    v_first record;
    v_rest record;
    v_request bytea := ledger_request_hash(
        jsonb_build_array('claw_back', p_grant, v_credits, p_go_on, p_reference));
BEGIN
    w := ledger_lock(p_wallet);
    IF w.id IS NULL THEN
        outcome := 'wallet_not_found';
        RETURN;
    END IF;
    SELECT * INTO clawback FROM wallet_clawback AS c
    WHERE c.wallet_id = p_wallet AND c.idempotency_key = p_key;
    outcome := CASE
        WHEN clawback.request_hash = v_request THEN 'replayed'
        WHEN clawback.id IS NOT NULL OR EXISTS (
            SELECT 1 FROM wallet_ledgerentry AS l
            WHERE l.wallet_id = p_wallet AND l.idempotency_key = p_key
        ) OR EXISTS (
            SELECT 1 FROM wallet_hold AS h
            WHERE h.wallet_id = p_wallet AND h.idempotency_key = p_key
        ) THEN 'key_reused'
        WHEN p_grant IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM wallet_grant AS g WHERE g.id = p_grant AND g.wallet_id = p_wallet
        ) THEN 'grant_not_found'
        WHEN w.debt + v_credits >= 1e14 THEN 'wallet_full'
    END;
    IF outcome IS NOT NULL THEN
        RETURN;
    END IF;
    v_at := greatest(clock_timestamp(), w.last_entry_at);
    PERFORM ledger_sweep(w, v_at);
    IF p_grant IS NOT NULL THEN
        SELECT least(v_credits, g.remaining - g.held) INTO STRICT v_named
        FROM wallet_grant AS g WHERE g.id = p_grant;
    END IF;
    IF v_named > 0 THEN
        v_first := ledger_move(ARRAY[p_grant], ARRAY[-v_named]);
        e.draws := v_first.draws;
        e.cost_cents := v_first.cost_cents;
    END IF;
    IF p_go_on THEN
        SELECT least(v_credits - v_named, coalesce(sum(g.remaining - g.held), 0)) INTO v_other
        FROM wallet_grant AS g
        WHERE g.wallet_id = p_wallet AND g.is_open AND g.expires_at > v_at;
    END IF;
    IF v_other > 0 THEN
        v_rest := ledger_draw(p_wallet, v_other, v_at);
        e.draws := coalesce(e.draws, '[]') || v_rest.draws;
        e.cost_cents := coalesce(e.cost_cents, 0) + v_rest.cost_cents;
    END IF;
    IF v_named + v_other > 0 THEN
        e.kind := 'clawback';
        e.credits := -(v_named + v_other);
        e.idempotency_key := p_key;
        e.request_hash := v_request;
        e.reference := p_reference;
        e.actor := p_actor;
        e.reason := p_reason;
        e.created_at := v_at;
        e := ledger_append(p_wallet, e);
    END IF;
    UPDATE wallet_wallet SET debt = debt + v_credits - v_named - v_other WHERE id = p_wallet;
    INSERT INTO wallet_clawback (
        wallet_id, grant_id, entry_id, credits, taken, owed, idempotency_key, request_hash,
        reference, reason, actor, created_at
    ) VALUES (
        p_wallet, p_grant, e.id, v_credits, v_named + v_other, v_credits - v_named - v_other,
        p_key, v_request, p_reference, p_reason, p_actor, v_at
    ) RETURNING * INTO clawback;
    outcome := 'posted';
END
$$;
