-- What draws add up to: their credits, and their cents unless some name none (the first entries').
--
-- Only verification asks; entries are written with sums that were made otherwise.
CREATE OR REPLACE FUNCTION ledger_sum_draws(
    p_draws jsonb,
    OUT credits numeric, OUT cents numeric
)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
    SELECT
        sum((draw ->> 1)::numeric),
        CASE WHEN count(draw ->> 2) = count(*) THEN sum((draw ->> 2)::numeric) END
    INTO credits, cents
    FROM jsonb_array_elements(p_draws) AS draw;
END
$$;
