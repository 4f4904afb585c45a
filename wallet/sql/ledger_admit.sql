-- May this wallet spend on this service now? The system, the wallet and the service have a say.
--
-- outcome: NULL (yes; `service` is its id), system_paused (`facts` say why), wallet_paused,
-- service_not_found, service_paused.
CREATE OR REPLACE FUNCTION ledger_admit(
    w wallet_wallet, p_service text,
    OUT outcome text, OUT facts jsonb, OUT service bigint
)
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    v_status text;
    v_why text;
BEGIN
    SELECT p.reason INTO v_why FROM wallet_systempause AS p WHERE p.resumed_at IS NULL;
    IF v_why IS NOT NULL THEN
        outcome := 'system_paused';
        facts := jsonb_build_object('reason', v_why);
        RETURN;
    END IF;
    IF w.status <> 'active' THEN
        outcome := 'wallet_' || w.status;
        RETURN;
    END IF;
    SELECT s.id, s.status INTO service, v_status FROM wallet_service AS s
    WHERE s.slug = p_service;
    IF service IS NULL THEN
        outcome := 'service_not_found';
    ELSIF v_status <> 'active' THEN
        outcome := 'service_' || v_status;
    END IF;
END
$$;
