-- Let credits of one lot lapse, with the entry that says so; what is held of it stays.
--
-- The caller holds the wallet's lock.
CREATE OR REPLACE FUNCTION ledger_expire_lot(
    p_wallet bigint, p_lot bigint, p_credits numeric, p_actor text, p_reason text,
    p_metadata jsonb, p_at timestamptz
)
RETURNS wallet_ledgerentry
LANGUAGE plpgsql
AS $$
DECLARE
    e wallet_ledgerentry;
    v_moved record;
BEGIN
    v_moved := ledger_move(ARRAY[p_lot], ARRAY[-p_credits]);
    e.kind := 'expiry';
    e.credits := -p_credits;
    e.draws := v_moved.draws;
    e.cost_cents := v_moved.cost_cents;
    -- One lot can lapse in parts, when what was held of it comes free after its time.
    e.idempotency_key := 'expiry ' || p_lot || ' at ' || (
        SELECT w.sequence + 1 FROM wallet_wallet AS w WHERE w.id = p_wallet
    );
    e.request_hash := ledger_request_hash(jsonb_build_array('expiry', p_lot, p_credits));
    e.reference := 'lot ' || p_lot;
    e.reason := p_reason;
    e.actor := p_actor;
    e.metadata := p_metadata;
    e.created_at := p_at;
    RETURN ledger_append(p_wallet, e);
END
$$;
