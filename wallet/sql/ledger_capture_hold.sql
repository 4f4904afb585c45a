-- Spend up to what a hold set aside, from the lots it set it aside in, and free the rest.
--
-- The entry has the hold's metadata with `p_metadata` over it, which says how the work ended.
-- A hold settles once: the same capture again is answered the first entry, whatever its key.
-- outcome: posted, replayed, key_reused, hold_not_found, hold_settled (`facts`: hold_status,
-- captured), capture_above_hold (`facts`: held). A pause stops new holds, not what was begun.
CREATE OR REPLACE FUNCTION ledger_capture_hold(
    p_hold bigint, p_credits numeric, p_key text, p_metadata jsonb, p_actor text,
    OUT outcome text, OUT facts jsonb, OUT entry wallet_ledgerentry
)
LANGUAGE plpgsql
AS $$
DECLARE
    v_wallet bigint := (SELECT h.wallet_id FROM wallet_hold AS h WHERE h.id = p_hold);
    v_entered record;
    v_hold wallet_hold;
    v_credits numeric(18, 4) := p_credits;
    v_at timestamptz;
    v_moved record;
    v_request bytea := ledger_request_hash(
        jsonb_build_array('capture', p_hold, v_credits)
        -- Captures of before there was metadata keep their hash.
        || CASE WHEN p_metadata = '{}' THEN '[]' ELSE jsonb_build_array(p_metadata) END
    );
BEGIN
    v_entered := ledger_enter(v_wallet, p_key, v_request);
    -- In a closed wallet every hold is settled, which is the answer.
    IF v_entered.outcome <> 'wallet_closed' THEN
        outcome := replace(v_entered.outcome, 'wallet_not_found', 'hold_not_found');
        entry := v_entered.entry;
        RETURN;
    END IF;
    v_at := greatest(clock_timestamp(), (v_entered.w).last_entry_at);
    SELECT * INTO STRICT v_hold FROM wallet_hold AS h WHERE h.id = p_hold;
    IF v_hold.status = 'captured' AND v_hold.captured = v_credits THEN
        SELECT * INTO STRICT entry FROM wallet_ledgerentry AS e WHERE e.hold_id = p_hold;
        IF entry.metadata = v_hold.metadata || p_metadata THEN
            entry := ledger_replay(entry.id);
            outcome := 'replayed';
            RETURN;
        END IF;
        entry := NULL;
    END IF;
    IF v_hold.status <> 'open' OR v_hold.expires_at <= v_at THEN
        outcome := 'hold_settled';
        facts := jsonb_build_object(
            'hold_status', replace(v_hold.status, 'open', 'expired'),
            'captured', v_hold.captured::text
        );
        RETURN;
    END IF;
    IF v_credits > v_hold.credits THEN
        outcome := 'capture_above_hold';
        facts := jsonb_build_object('held', v_hold.credits::text);
        RETURN;
    END IF;
    PERFORM ledger_settle_hold(v_hold, 'captured', v_credits, v_at);
    -- The parts that the capture takes, in the hold's order: each what is left of the running
    -- total.
    WITH parts AS (
        SELECT
            draw.place, (draw.part ->> 0)::bigint AS lot, (draw.part ->> 1)::numeric AS credits,
            sum((draw.part ->> 1)::numeric) OVER (ORDER BY draw.place) AS total
        FROM jsonb_array_elements(v_hold.draws) WITH ORDINALITY AS draw (part, place)
    )
    SELECT m.draws, m.cost_cents INTO v_moved
    FROM (
        SELECT
            array_agg(p.lot ORDER BY p.place) AS lots,
            array_agg(
                -least(p.credits, v_credits - p.total + p.credits) ORDER BY p.place
            ) AS parts
        FROM parts AS p WHERE p.total - p.credits < v_credits
    ) AS taken
    CROSS JOIN LATERAL ledger_move(taken.lots, taken.parts) AS m;
    entry.kind := 'spend';
    entry.credits := -v_credits;
    entry.draws := v_moved.draws;
    entry.cost_cents := v_moved.cost_cents;
    entry.service_id := v_hold.service_id;
    entry.hold_id := p_hold;
    entry.idempotency_key := p_key;
    entry.request_hash := v_request;
    entry.actor := p_actor;
    entry.metadata := v_hold.metadata || p_metadata;
    entry.created_at := v_at;
    entry := ledger_append(v_wallet, entry);
    PERFORM ledger_free(v_hold, v_credits, v_at);
    outcome := 'posted';
END
$$;
