-- Set credits aside for a service until the hold settles or times out after `p_seconds`.
--
-- The lots are chosen now, in the published order: what is held can neither be spent otherwise
-- nor lapse meanwhile. outcome: posted, replayed (`hold` is the first one), and the refusals of
-- `ledger_spend` but those about prices. Only `posted` writes.
CREATE OR REPLACE FUNCTION ledger_place_hold(
    p_wallet bigint, p_service text, p_credits numeric, p_seconds integer, p_key text,
    p_metadata jsonb, p_actor text, p_is_on boolean,
    OUT outcome text, OUT facts jsonb, OUT hold wallet_hold
)
LANGUAGE plpgsql
AS $$
DECLARE
    v_entered record;
    v_admitted record;
    v_chosen record;
    w wallet_wallet;
    v_credits numeric(18, 4) := p_credits;
    v_available numeric;
    v_low boolean;
    v_at timestamptz;
    v_request bytea := ledger_request_hash(
        jsonb_build_array('hold', p_service, v_credits, p_seconds, p_metadata));
BEGIN
    v_entered := ledger_enter(p_wallet, p_key, v_request);
    IF v_entered.outcome IS NOT NULL THEN
        outcome := v_entered.outcome;
        SELECT * INTO hold FROM wallet_hold AS h
        WHERE h.wallet_id = p_wallet AND h.idempotency_key = p_key AND outcome = 'replayed';
        RETURN;
    END IF;
    IF NOT p_is_on THEN
        outcome := 'system_off';
        RETURN;
    END IF;
    v_at := greatest(clock_timestamp(), (v_entered.w).last_entry_at);
    SELECT * INTO STRICT v_admitted
    FROM ledger_admit((v_entered.w).status, p_service, NULL, v_at);
    IF v_admitted.outcome IS NOT NULL THEN
        outcome := v_admitted.outcome;
        facts := v_admitted.facts;
        RETURN;
    END IF;
    v_available := ledger_available(v_entered.w, v_at);
    IF v_available < v_credits THEN
        outcome := 'insufficient';
        facts := jsonb_build_object(
            'required', v_credits::text, 'available', v_available::numeric(18, 4)::text
        );
        RETURN;
    END IF;
    IF (v_entered.w).has_limits THEN
        facts := ledger_check_limits(p_wallet, v_admitted.service, v_credits, v_at);
        IF facts IS NOT NULL THEN
            outcome := 'limit_reached';
            RETURN;
        END IF;
    END IF;
    PERFORM ledger_sweep(v_entered.w, v_at);
    v_chosen := ledger_choose_lots(p_wallet, v_credits, v_at);
    UPDATE wallet_grant AS g
    SET held = g.held + chosen.part
    FROM unnest(v_chosen.lots, v_chosen.parts) AS chosen (lot, part)
    WHERE g.id = chosen.lot;
    INSERT INTO wallet_hold (
        wallet_id, service_id, credits, captured, status, draws, expires_at,
        idempotency_key, request_hash, actor, metadata, created_at
    ) VALUES (
        p_wallet, v_admitted.service, v_credits, 0, 'open', (
            SELECT jsonb_agg(jsonb_build_array(chosen.lot, chosen.part::numeric(18, 4)::text))
            FROM unnest(v_chosen.lots, v_chosen.parts) AS chosen (lot, part)
        ), v_at + make_interval(secs => p_seconds), p_key, v_request, p_actor, p_metadata, v_at
    ) RETURNING * INTO hold;
    SELECT * INTO STRICT w FROM wallet_wallet WHERE id = p_wallet;
    v_available := w.balance - w.held - v_credits;
    v_low := coalesce(v_available < w.alert_below, FALSE);
    UPDATE wallet_wallet
    SET
        held = w.held + v_credits,
        next_release_at = least(w.next_release_at, hold.expires_at),
        is_low = v_low
    WHERE id = p_wallet;
    IF (v_low AND NOT w.is_low) OR v_available <= 0 THEN
        PERFORM ledger_tell_low(w, v_available, v_at);
    END IF;
    outcome := 'posted';
END
$$;
