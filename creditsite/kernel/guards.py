"""The guards of rows and columns: what stays as it was written, what may be written at all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import pgtrigger
from django.db import models
from pgtrigger import compiler

# What a trigger is made of, without pgtrigger's look at what the session wants to be ignored:
# anybody may set that.
TRIGGER = """
    CREATE OR REPLACE FUNCTION {pgid}() RETURNS trigger LANGUAGE plpgsql AS $$
    {declare}
    BEGIN
        {func}
    END
    $$;
    DROP TRIGGER IF EXISTS {pgid} ON {table};
    CREATE {constraint} TRIGGER {pgid}
    {when} {operation} ON {table}
    {timing}
    {referencing}
    FOR EACH {level} {condition}
    EXECUTE PROCEDURE {execute};
    COMMENT ON TRIGGER {pgid} ON {table} IS '{hash}';
"""
REFUSE = "RAISE EXCEPTION '{}', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';"


class FirmTriggerSql(compiler.UpsertTriggerSql):
    """The SQL of a firm trigger; migrations name this class."""

    def get_template(self) -> str:
        return TRIGGER


class Firm(pgtrigger.Trigger):
    """A trigger that no session can have ignored; only who owns the table can switch it off."""

    def compile(self, model: models.Model) -> compiler.Trigger:
        compiled = super().compile(model)
        return compiler.Trigger(name=compiled.name, sql=FirmTriggerSql(**compiled.sql.kwargs))


class FirmReadOnly(Firm, pgtrigger.ReadOnly):
    """A trigger under which an UPDATE of some columns raises."""


def append_only(name: str) -> list[pgtrigger.Trigger]:
    """Return the trigger under which UPDATE, DELETE and TRUNCATE of the model's table raise.

    They raise `IntegrityError`, also where no row would have been touched.
    """
    return [
        Firm(
            name=f"{name}_append_only",
            level=pgtrigger.Statement,
            when=pgtrigger.Before,
            operation=pgtrigger.Update | pgtrigger.Delete | pgtrigger.Truncate,
            func=REFUSE.format("rows of % are append-only"),
        )
    ]


def fixed_columns(name: str, *columns: str) -> list[pgtrigger.Trigger]:
    """Return the triggers under which DELETE and TRUNCATE raise, and UPDATE of these columns.

    An UPDATE that leaves the columns out does not even look at them: that is how lots are drawn.
    """
    return [
        FirmReadOnly(
            name=f"{name}_fixed",
            fields=list(columns),
            operation=pgtrigger.UpdateOf(*columns),  # type: ignore[no-untyped-call]
        ),
        Firm(
            name=f"{name}_stays",
            level=pgtrigger.Statement,
            when=pgtrigger.Before,
            operation=pgtrigger.Delete | pgtrigger.Truncate,
            func=REFUSE.format("rows of % are kept"),
        ),
    ]


def fixed_unless(name: str, *, status: str) -> pgtrigger.Trigger:
    """Return the trigger under which UPDATE raises for rows in any other status than this."""
    return Firm(
        name=f"{name}_decided_once",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=~pgtrigger.Q(old__status=status),
        func=REFUSE.format("decided rows of % are kept"),
    )


class WrittenRules(models.BaseConstraint):
    """Rules of columns, each checked on INSERT and where an UPDATE writes one of the columns.

    `rules` are SQL conditions on NEW by the name that a breach is reported under, as
    `IntegrityError` like that of a CHECK constraint. For tables on the path of a spend or of a
    webhook only: PostgreSQL reads and plans every CHECK constraint of a table anew in each
    statement that writes a row, whatever it writes (docs/adr/0011). With `timing` AFTER, a row
    that INSERT … ON CONFLICT only proposes is not looked at.
    """

    def __init__(
        self,
        *,
        name: str,
        rules: dict[str, str],
        columns: Sequence[str] = (),
        timing: Literal["BEFORE", "AFTER"] = "BEFORE",
    ) -> None:
        super().__init__(name=name)
        self.rules = rules
        self.columns = tuple(columns)
        self.timing = timing

    def deconstruct(self) -> Any:
        path, args, kwargs = super().deconstruct()
        kwargs |= {"rules": self.rules, "columns": self.columns}
        # Migrations written before there was a choice leave it out.
        if self.timing != "BEFORE":
            kwargs["timing"] = self.timing
        return path, args, kwargs

    def __eq__(self, other: object) -> bool:
        return isinstance(other, WrittenRules) and self.deconstruct() == other.deconstruct()

    __hash__ = None  # type: ignore[assignment]

    def constraint_sql(self, model: Any, schema_editor: Any) -> Any:
        """Leave nothing to CREATE TABLE: the trigger follows once there is a table."""
        schema_editor.deferred_sql.append(self.create_sql(model, schema_editor))

    def create_sql(self, model: Any, schema_editor: Any) -> str:
        broken = " ".join(f"WHEN NOT ({rule}) THEN '{name}'" for name, rule in self.rules.items())
        update = f" OR UPDATE OF {', '.join(self.columns)}" if self.columns else ""
        return f"""
            CREATE OR REPLACE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql AS $$
            DECLARE
                broken text := CASE {broken} END;
            BEGIN
                IF broken IS NOT NULL THEN
                    RAISE EXCEPTION 'new row of % violates %', TG_TABLE_NAME, broken
                    USING ERRCODE = 'check_violation', CONSTRAINT = broken;
                END IF;
                RETURN NEW;
            END
            $$;
            CREATE OR REPLACE TRIGGER {self.name}
            {self.timing} INSERT{update} ON {model._meta.db_table}
            FOR EACH ROW EXECUTE FUNCTION {self.name}();
        """

    def remove_sql(self, model: Any, schema_editor: Any) -> str:
        return f"DROP TRIGGER {self.name} ON {model._meta.db_table}; DROP FUNCTION {self.name}();"

    def validate(self, *_: object, **__: object) -> None:
        """Leave it to the database: forms state what a person may get wrong."""


def one_of(column: str, choices: type[models.TextChoices]) -> str:
    """Return the rule that a column of NEW holds one of the choices."""
    values = ", ".join(f"'{value}'" for value in choices.values)
    return f"NEW.{column} IN ({values})"
