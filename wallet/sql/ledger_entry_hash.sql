-- The hash of an entry: sha256 over the hash before it and the entry's canonical text.
CREATE OR REPLACE FUNCTION ledger_entry_hash(previous bytea, e wallet_ledgerentry)
RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
SELECT sha256(previous || convert_to(ledger_entry_text(e), 'UTF8'))
$$;
