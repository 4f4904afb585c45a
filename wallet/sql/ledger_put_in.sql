-- Put credits into a wallet as a new lot, with the entry that says so; debt is repaid from it.
--
-- outcome: posted, replayed (same key and request: the first entry), key_reused,
-- wallet_not_found, wallet_closed, wallet_full (more than its columns hold). The expiry is no part
-- of the request: it is often counted from now, and a retry comes later.
CREATE OR REPLACE FUNCTION ledger_put_in(
    p_wallet bigint, p_kind text, p_source text, p_credits numeric, p_cost_cents bigint,
    p_currency text, p_expires_at timestamptz, p_priority smallint, p_reference text,
    p_key text, p_actor text, p_reason text,
    OUT outcome text, OUT facts jsonb, OUT entry wallet_ledgerentry
)
LANGUAGE plpgsql
AS $$
DECLARE
    v_entered record;
    v_credits numeric(18, 4) := p_credits;
    v_at timestamptz;
    v_lot record;
    v_request bytea := ledger_request_hash(jsonb_build_array(
        p_kind, p_source, v_credits, p_cost_cents, p_currency, p_priority, p_reference));
BEGIN
    v_entered := ledger_enter(p_wallet, p_key, v_request);
    IF v_entered.outcome IS NOT NULL THEN
        outcome := v_entered.outcome;
        entry := v_entered.entry;
        RETURN;
    END IF;
    IF (v_entered.w).balance + v_credits >= 1e14 THEN
        outcome := 'wallet_full';
        RETURN;
    END IF;
    v_at := greatest(clock_timestamp(), (v_entered.w).last_entry_at);
    v_lot := ledger_add_lot(
        p_wallet, p_source, v_credits, p_cost_cents, p_currency, p_expires_at, p_priority,
        p_reference, v_at
    );
    entry.kind := p_kind;
    entry.credits := v_credits;
    entry.draws := jsonb_build_array(
        jsonb_build_array(v_lot.lot, v_credits::text, p_cost_cents)
    );
    entry.cost_cents := p_cost_cents;
    entry.idempotency_key := p_key;
    entry.request_hash := v_request;
    entry.reference := p_reference;
    entry.actor := p_actor;
    entry.reason := p_reason;
    entry.metadata := v_lot.described;
    entry.created_at := v_at;
    entry := ledger_append(p_wallet, entry);
    IF p_expires_at > v_at THEN
        PERFORM ledger_repay_debt(p_wallet, v_credits, v_at);
    END IF;
    outcome := 'posted';
END
$$;
