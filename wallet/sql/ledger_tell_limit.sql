-- Tell that 80 or 100 % of a limit is used, once per period unless use fell below in between.
CREATE OR REPLACE FUNCTION ledger_tell_limit(
    p_wallet bigint, p_limit bigint, p_facts jsonb, p_percent integer, p_at timestamptz
)
RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    v_told integer;
BEGIN
    SELECT CASE WHEN l.told_until > p_at THEN l.told_percent ELSE 0 END INTO v_told
    FROM wallet_spendlimit AS l WHERE l.id = p_limit;
    IF v_told = p_percent THEN
        RETURN;
    END IF;
    UPDATE wallet_spendlimit
    SET told_percent = p_percent, told_until = (p_facts ->> 'resets_at')::timestamptz
    WHERE id = p_limit;
    IF p_percent > v_told THEN
        INSERT INTO wallet_walletevent (wallet_id, kind, data, created_at)
        VALUES (
            p_wallet, CASE p_percent WHEN 100 THEN 'limit.reached' ELSE 'limit.warning' END,
            p_facts, p_at
        );
    END IF;
END
$$;
