"""Make the table of the cache that all processes share."""

from typing import Any, ClassVar

from django.core.management import call_command
from django.db import migrations


def make_table(_apps: Any, schema_editor: Any) -> None:
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("accounts", "0001_initial")]

    operations: ClassVar = [migrations.RunPython(make_table, migrations.RunPython.noop)]
