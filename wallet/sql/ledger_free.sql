-- What follows when credits come free of a hold: those past their time lapse, the rest pays debt.
--
-- Free came all of the hold but what was captured of it, which is its first credits. The caller
-- holds the wallet's lock and has settled the hold.
CREATE OR REPLACE FUNCTION ledger_free(
    p_hold wallet_hold, p_captured numeric, p_at timestamptz
)
RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    w wallet_wallet;
BEGIN
    SELECT * INTO STRICT w FROM wallet_wallet WHERE id = p_hold.wallet_id;
    PERFORM ledger_sweep(w, p_at);
    IF w.debt > 0 THEN
        PERFORM ledger_repay_debt(w.id, (
            SELECT coalesce(sum(least(part.credits, part.total - p_captured)), 0)
            FROM (
                SELECT
                    (draw.part ->> 0)::bigint AS lot, (draw.part ->> 1)::numeric AS credits,
                    sum((draw.part ->> 1)::numeric) OVER (ORDER BY draw.place) AS total
                FROM jsonb_array_elements(p_hold.draws) WITH ORDINALITY AS draw (part, place)
            ) AS part
            INNER JOIN wallet_grant AS g ON g.id = part.lot
            WHERE part.total > p_captured AND g.expires_at > p_at
        ), p_at);
    END IF;
END
$$;
