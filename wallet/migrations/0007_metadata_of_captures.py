from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("wallet", "0006_cheaper_guards")]

    operations = [
        # Its arguments change; it is installed anew after this migrate.
        migrations.RunSQL(
            "DROP FUNCTION IF EXISTS ledger_capture_hold", migrations.RunSQL.noop
        ),
    ]
