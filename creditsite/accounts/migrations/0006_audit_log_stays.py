"""What operators did stays as it was written: no row of the admin's log is changed or deleted."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

GUARD = """
CREATE FUNCTION audit_log_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER audit_log_rows_stay BEFORE UPDATE OR DELETE ON django_admin_log
FOR EACH ROW EXECUTE FUNCTION audit_log_stays();
CREATE TRIGGER audit_log_stays BEFORE TRUNCATE ON django_admin_log
FOR EACH STATEMENT EXECUTE FUNCTION audit_log_stays();
"""
UNGUARD = """
DROP TRIGGER audit_log_stays ON django_admin_log;
DROP TRIGGER audit_log_rows_stay ON django_admin_log;
DROP FUNCTION audit_log_stays();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("accounts", "0005_audit_entry"),
        ("admin", "0003_logentry_add_action_flag_choices"),
    ]
    operations: ClassVar = [migrations.RunSQL(GUARD, UNGUARD)]
