-- Put credits of a spend back: to the lots it drew on, last drawn first; the wallet is locked.
--
-- `p_skip` credits of it were given back before. What came from a lot that has expired goes into a
-- new lot that lasts for `p_grace`, with its part of what is left of the value it was drawn at:
-- what came back while the lot lasted had the lot's own value. `draws` and `cost_cents` as an
-- entry has them; `made` describes the new lots by id.
CREATE OR REPLACE FUNCTION ledger_give_back(
    p_spend wallet_ledgerentry, p_skip numeric, p_credits numeric, p_grace interval,
    p_at timestamptz,
    OUT draws jsonb, OUT cost_cents bigint, OUT made jsonb
)
LANGUAGE plpgsql
AS $$
DECLARE
    v_draw record;
    v_skip numeric(18, 4) := p_skip;
    v_left numeric(18, 4) := p_credits;
    v_part numeric(18, 4);
    v_skipped numeric(18, 4);
    v_end numeric(18, 4) := 0;
    v_worth numeric;
    v_cents bigint;
    v_lot wallet_grant;
    v_moved record;
    v_new record;
BEGIN
    draws := '[]';
    cost_cents := 0;
    made := '{}';
    FOR v_draw IN
        SELECT
            (draw.part ->> 0)::bigint AS lot, -(draw.part ->> 1)::numeric AS credits,
            -(draw.part ->> 2)::bigint AS cents
        FROM jsonb_array_elements(p_spend.draws) WITH ORDINALITY AS draw (part, place)
        ORDER BY draw.place DESC
    LOOP
        v_end := v_end + v_draw.credits;
        v_skipped := least(v_skip, v_draw.credits);
        v_skip := v_skip - v_skipped;
        v_part := least(v_left, v_draw.credits - v_skipped);
        CONTINUE WHEN v_part = 0;
        SELECT * INTO STRICT v_lot FROM wallet_grant WHERE id = v_draw.lot;
        IF v_lot.expires_at > p_at THEN
            v_moved := ledger_move(ARRAY[v_lot.id], ARRAY[v_part]);
            draws := draws || v_moved.draws;
            cost_cents := cost_cents + v_moved.cost_cents;
            UPDATE wallet_wallet SET next_expiry_at = v_lot.expires_at
            WHERE id = p_spend.wallet_id AND next_expiry_at > v_lot.expires_at;
        ELSE
            -- Draws of the first entries name no cents.
            v_worth := coalesce(
                v_draw.cents, round(v_lot.cost_cents * v_draw.credits / v_lot.credits)
            );
            IF v_skipped > 0 THEN
                -- Parts were given back in this order too: those of this draw end within it.
                SELECT greatest(v_worth - coalesce(sum(back.cents), 0), 0) INTO v_worth
                FROM (
                    SELECT
                        (part.draw ->> 2)::bigint AS cents,
                        sum((part.draw ->> 1)::numeric)
                            OVER (ORDER BY e.sequence, part.place) AS until
                    FROM wallet_ledgerentry AS e
                    CROSS JOIN LATERAL jsonb_array_elements(e.draws)
                        WITH ORDINALITY AS part (draw, place)
                    WHERE e.reverses_id = p_spend.id
                ) AS back
                WHERE back.until > v_end - v_draw.credits AND back.until <= v_end;
            END IF;
            v_cents := round(v_worth * v_part / (v_draw.credits - v_skipped));
            v_new := ledger_add_lot(
                p_spend.wallet_id, 'reversal', v_part, v_cents, v_lot.currency,
                p_at + p_grace, v_lot.priority, 'entry ' || p_spend.id, p_at
            );
            draws := draws
                || jsonb_build_array(jsonb_build_array(v_new.lot, v_part::text, v_cents));
            cost_cents := cost_cents + v_cents;
            made := made || jsonb_build_object(v_new.lot, v_new.described || jsonb_build_object(
                'credits', v_part::text, 'cost_cents', v_cents
            ));
        END IF;
        v_left := v_left - v_part;
        EXIT WHEN v_left = 0;
    END LOOP;
END
$$;
