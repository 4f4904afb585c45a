from django.db import migrations

# They take the site's switch now, and whether the caller holds the lock.
CHANGED = (
    "ledger_spend(bigint, text, numeric, numeric, text, jsonb, text)",
    "ledger_spend_batch(bigint[], text[], numeric[], text[], jsonb[], text)",
    "ledger_place_hold(bigint, text, numeric, integer, text, jsonb, text)",
)


class Migration(migrations.Migration):

    dependencies = [
        ('wallet', '0021_time_of_wallets'),
    ]

    operations = [
        migrations.RunSQL(f"DROP FUNCTION IF EXISTS {function}", migrations.RunSQL.noop)
        for function in CHANGED
    ]
