-- Append one entry to a wallet's ledger: number it, balance it, chain it, move the wallet on.
--
-- The only writer of wallet_ledgerentry and of a wallet's balance, sequence and head. The
-- caller holds the wallet's lock, has checked the key and has changed the lots that `draws`
-- names; draws that do not add up to the credits are refused.
CREATE OR REPLACE FUNCTION ledger_append(
    p_wallet bigint, p_kind text, p_credits numeric, p_draws jsonb, p_cost_cents bigint,
    p_key text, p_request_hash bytea, p_actor text, p_reference text, p_reason text,
    p_metadata jsonb, p_service bigint, p_rate bigint, p_quantity numeric, p_at timestamptz
)
RETURNS wallet_ledgerentry
LANGUAGE plpgsql
AS $$
DECLARE
    w wallet_wallet;
    e wallet_ledgerentry;
BEGIN
    SELECT * INTO STRICT w FROM wallet_wallet WHERE id = p_wallet FOR NO KEY UPDATE;
    e.id := nextval('wallet_ledgerentry_id_seq');
    e.wallet_id := p_wallet;
    e.sequence := w.sequence + 1;
    e.kind := p_kind;
    e.credits := p_credits;
    e.balance_after := w.balance + p_credits;
    e.draws := p_draws;
    e.service_id := p_service;
    e.rate_id := p_rate;
    e.quantity := p_quantity;
    e.cost_cents := p_cost_cents;
    e.idempotency_key := p_key;
    e.request_hash := p_request_hash;
    e.reference := p_reference;
    e.actor := p_actor;
    e.reason := p_reason;
    e.metadata := p_metadata;
    e.created_at := p_at;
    e.hash := ledger_entry_hash(w.head, e);
    INSERT INTO wallet_ledgerentry SELECT e.*;
    UPDATE wallet_wallet
    SET balance = e.balance_after, sequence = e.sequence, head = e.hash
    WHERE id = p_wallet;
    RETURN e;
END
$$;
