"""Makes the first migrate take seconds instead of minutes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, cast

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import Migration, RemoveField
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class RemoveFields(Operation):
    """Many `RemoveField` in a row, after which the models are rendered once.

    Django renders all related models anew after each single one: dj-stripe removes hundreds
    of fields from a web of a hundred models. What reaches the database is the same.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(self, removals: Sequence[RemoveField]) -> None:
        self.removals = removals

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        rendered = state.__dict__.pop("apps", None)
        for removal in self.removals:
            removal.state_forwards(app_label, state)
        if rendered is not None:
            state.apps  # noqa: B018  (a cached property: renders)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for removal in self.removals:
            removal.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for removal in self.removals:
            removal.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return f"Remove {len(self.removals)} fields"


def join_removals(plan: Iterable[tuple[Migration, bool]], **_: Any) -> None:
    """Join the field removals of every migration about to run. Receives `pre_migrate`."""
    for migration, _backwards in plan:
        # Each loaded migration has a list of its own; its class keeps the original.
        cast(list[Operation], migration.operations)[:] = list(_joined(migration.operations))


def _joined(operations: Iterable[Operation]) -> Iterator[Operation]:
    removals: list[RemoveField] = []
    for operation in operations:
        if type(operation) is RemoveField:
            removals.append(operation)
            continue
        yield from _one_operation(removals)
        removals = []
        yield operation
    yield from _one_operation(removals)


def _one_operation(removals: list[RemoveField]) -> list[Operation]:
    return [RemoveFields(removals)] if len(removals) > 1 else [*removals]
