"""Joined field removals leave what single ones leave."""

from __future__ import annotations

from django.db import models
from django.db.migrations import AddField, Migration, RemoveField
from django.db.migrations.state import ModelState, ProjectState

from creditsite.kernel.quick_migrations import RemoveFields, join_removals


def state_of_a_book() -> ProjectState:
    state = ProjectState()
    fields = [(name, models.TextField()) for name in ("title", "author", "year")]
    state.add_model(
        ModelState("library", "Book", [("id", models.AutoField(primary_key=True)), *fields])
    )
    assert state.apps.get_model("library", "book")
    return state


def migration_of(*changes: RemoveField | AddField) -> Migration:
    class Changes(Migration):
        operations = changes

    return Changes("0002_changes", "library")


def field_names(state: ProjectState) -> list[str]:
    return [field.name for field in state.apps.get_model("library", "book")._meta.get_fields()]


def test_removals_in_a_row_are_joined_and_others_left_alone() -> None:
    lonely, added = RemoveField("book", "year"), AddField("book", "pages", models.IntegerField())
    migration = migration_of(
        RemoveField("book", "title"), RemoveField("book", "author"), added, lonely
    )
    join_removals([(migration, False)])
    assert isinstance(migration.operations[0], RemoveFields)
    assert list(migration.operations[1:]) == [added, lonely]


def test_joined_removals_leave_the_same_models() -> None:
    removals = [RemoveField("book", "title"), RemoveField("book", "author")]
    one_by_one, joined = state_of_a_book(), state_of_a_book()
    for removal in removals:
        removal.state_forwards("library", one_by_one)
    RemoveFields(removals).state_forwards("library", joined)
    assert field_names(joined) == field_names(one_by_one) == ["id", "year"]
    assert joined == one_by_one
