-- Tell that 80 or 100 % of a limit is used (`p_percent`, 0 for less), or that a limit refused
-- (NULL), each once per period unless use fell below in between.
--
-- `told_percent` keeps what was told of use, and one more where a refusal was told: a spend that
-- is too large says nothing about the smaller ones that go on between.
CREATE OR REPLACE FUNCTION ledger_tell_limit(
    p_wallet bigint, p_limit bigint, p_facts jsonb, p_percent integer, p_at timestamptz
)
RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    v_told integer;
    v_refused integer;
    v_now integer;
BEGIN
    SELECT CASE WHEN l.told_until > p_at THEN l.told_percent ELSE 0 END INTO v_told
    FROM wallet_spendlimit AS l WHERE l.id = p_limit;
    v_refused := v_told % 10;
    v_told := v_told - v_refused;
    IF p_percent IS NULL THEN
        v_now := v_told + 1;
    ELSIF p_percent < v_told THEN
        v_now := p_percent;
    ELSE
        v_now := p_percent + v_refused;
    END IF;
    IF v_now = v_told + v_refused THEN
        RETURN;
    END IF;
    UPDATE wallet_spendlimit
    SET told_percent = v_now, told_until = (p_facts ->> 'resets_at')::timestamptz
    WHERE id = p_limit;
    IF p_percent > v_told OR (p_percent IS NULL AND v_told < 100) THEN
        INSERT INTO wallet_walletevent (wallet_id, kind, data, created_at)
        VALUES (
            p_wallet, CASE p_percent WHEN 80 THEN 'limit.warning' ELSE 'limit.reached' END,
            p_facts, p_at
        );
    END IF;
END
$$;
