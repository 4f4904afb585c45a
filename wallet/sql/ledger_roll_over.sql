-- Carry what is left of a lot into a new one that lasts at least as long, with what it was worth.
--
-- Two entries: the old lot lapses by it, the new one (`entry`) is granted. No more than `p_most`
-- credits (NULL: all); held ones stay. outcome: posted, replayed, key_reused, grant_not_found,
-- wallet_closed, nothing_to_roll_over, expiry_in_the_past, expiry_too_early (before that of the
-- lot). Works until the sweep has let the lot lapse.
CREATE OR REPLACE FUNCTION ledger_roll_over(
    p_grant bigint, p_most numeric, p_expires_at timestamptz, p_key text, p_actor text,
    p_reason text,
    OUT outcome text, OUT facts jsonb, OUT entry wallet_ledgerentry
)
LANGUAGE plpgsql
AS $$
DECLARE
    v_wallet bigint := (SELECT g.wallet_id FROM wallet_grant AS g WHERE g.id = p_grant);
    v_entered record;
    v_old wallet_grant;
    v_lapsed wallet_ledgerentry;
    v_new record;
    v_credits numeric(18, 4);
    v_at timestamptz;
    v_request bytea := ledger_request_hash(
        jsonb_build_array('roll_over', p_grant, p_most::numeric(18, 4)));
BEGIN
    v_entered := ledger_enter(v_wallet, p_key, v_request);
    IF v_entered.outcome IS NOT NULL THEN
        outcome := replace(v_entered.outcome, 'wallet_not_found', 'grant_not_found');
        entry := v_entered.entry;
        RETURN;
    END IF;
    v_at := greatest(clock_timestamp(), (v_entered.w).last_entry_at);
    SELECT * INTO STRICT v_old FROM wallet_grant AS g WHERE g.id = p_grant;
    v_credits := least(p_most, v_old.remaining - v_old.held);
    IF v_credits = 0 THEN
        outcome := 'nothing_to_roll_over';
        RETURN;
    END IF;
    IF p_expires_at <= v_at THEN
        outcome := 'expiry_in_the_past';
        RETURN;
    END IF;
    IF p_expires_at < v_old.expires_at THEN
        outcome := 'expiry_too_early';
        RETURN;
    END IF;
    v_lapsed := ledger_expire_lot(
        v_wallet, p_grant, v_credits, p_actor, p_reason, '{"rolled_over": true}', v_at
    );
    v_new := ledger_add_lot(
        v_wallet, 'rollover', v_credits, -v_lapsed.cost_cents, v_old.currency, p_expires_at,
        v_old.priority, 'lot ' || p_grant, v_at
    );
    entry.kind := 'grant';
    entry.credits := v_credits;
    entry.draws := jsonb_build_array(
        jsonb_build_array(v_new.lot, v_credits::text, -v_lapsed.cost_cents)
    );
    entry.cost_cents := -v_lapsed.cost_cents;
    entry.idempotency_key := p_key;
    entry.request_hash := v_request;
    entry.reference := 'lot ' || p_grant;
    entry.actor := p_actor;
    entry.reason := p_reason;
    entry.metadata := v_new.described;
    entry.created_at := v_at;
    entry := ledger_append(v_wallet, entry);
    outcome := 'posted';
END
$$;
