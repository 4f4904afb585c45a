-- Is there room for these credits under every limit of the wallet?
--
-- NULL where there is room; otherwise the facts of the first limit that has none. Passing 80 %
-- of a limit, reaching it, and being refused by it is told once each, and again after use fell
-- below. Called last, when nothing else can refuse.
CREATE OR REPLACE FUNCTION ledger_check_limits(
    p_wallet bigint, p_service bigint, p_credits numeric, p_at timestamptz
)
RETURNS jsonb
LANGUAGE plpgsql
AS $$
DECLARE
    v_limit record;
    v_after numeric;
    v_percent integer;
BEGIN
    FOR v_limit IN SELECT * FROM ledger_limits(p_wallet, p_service, p_at) LOOP
        IF v_limit.used + p_credits > v_limit.credits THEN
            PERFORM ledger_tell_limit(p_wallet, v_limit.limit_id, v_limit.facts, NULL, p_at);
            RETURN v_limit.facts;
        END IF;
    END LOOP;
    FOR v_limit IN SELECT * FROM ledger_limits(p_wallet, p_service, p_at) LOOP
        v_after := v_limit.used + p_credits;
        v_percent := CASE
            WHEN v_after = v_limit.credits THEN 100
            WHEN v_after >= v_limit.credits * 0.8 THEN 80
            ELSE 0
        END;
        PERFORM ledger_tell_limit(
            p_wallet, v_limit.limit_id,
            v_limit.facts || jsonb_build_object('used', v_after::numeric(18, 4)::text),
            v_percent, p_at
        );
    END LOOP;
    RETURN NULL;
END
$$;
