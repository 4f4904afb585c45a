"""The guards of rows and columns that stay as they were written."""

from __future__ import annotations

import pgtrigger


def append_only(name: str) -> list[pgtrigger.Trigger]:
    """Return the trigger under which UPDATE, DELETE and TRUNCATE of the model's table raise.

    They raise `IntegrityError`, also where no row would have been touched.
    """
    return [
        pgtrigger.Trigger(
            name=f"{name}_append_only",
            level=pgtrigger.Statement,
            when=pgtrigger.Before,
            operation=pgtrigger.Update | pgtrigger.Delete | pgtrigger.Truncate,
            func="RAISE EXCEPTION 'rows of % are append-only', TG_TABLE_NAME"
            " USING ERRCODE = 'restrict_violation';",
        )
    ]


def fixed_columns(name: str, *columns: str) -> list[pgtrigger.Trigger]:
    """Return the triggers under which DELETE and TRUNCATE raise, and UPDATE of these columns."""
    return [
        pgtrigger.ReadOnly(name=f"{name}_fixed", fields=list(columns)),
        pgtrigger.Trigger(
            name=f"{name}_stays",
            level=pgtrigger.Statement,
            when=pgtrigger.Before,
            operation=pgtrigger.Delete | pgtrigger.Truncate,
            func="RAISE EXCEPTION 'rows of % are kept', TG_TABLE_NAME"
            " USING ERRCODE = 'restrict_violation';",
        ),
    ]
