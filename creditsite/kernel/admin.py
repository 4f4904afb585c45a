"""What the admin pages share."""

from __future__ import annotations

from typing import TypeVar

from django.contrib import admin
from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest
from django.utils.functional import cached_property

Row = TypeVar("Row", bound=models.Model)
COUNTED_ROWS = 10_000


class CappedPaginator(Paginator[Row]):
    """Counts no further than `COUNTED_ROWS`: on a big table an exact count takes seconds."""

    @cached_property
    def count(self) -> int:
        assert isinstance(self.object_list, models.QuerySet)
        # Counting a slice becomes a subquery with a limit, at which the database stops.
        return self.object_list.order_by()[:COUNTED_ROWS].count()


class ReadOnlyAdmin(admin.ModelAdmin[Row]):
    """Rows that are looked at here and changed elsewhere, or never."""

    show_full_result_count = False
    paginator = CappedPaginator

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        return False
