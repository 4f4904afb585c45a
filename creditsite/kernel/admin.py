"""What the admin pages share: lists that stay quick however many rows there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, ClassVar, TypeVar

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ORDER_VAR, ChangeList
from django.contrib.admin.widgets import (
    AutocompleteMixin,
    AutocompleteSelect,
    AutocompleteSelectMultiple,
)
from django.core.exceptions import ValidationError
from django.core.paginator import Page, Paginator
from django.db import DataError, models
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import cached_property

from creditsite.kernel.search import Find, number_in

Row = TypeVar("Row", bound=models.Model)
COUNTED_ROWS = 10_000
# What a page shows; more would be drawn for longer than it is looked for.
SHOWN_ROWS = 25
LOOKED_THROUGH = 50_000


class CappedPaginator(Paginator[Row]):
    """Counts no further than `COUNTED_ROWS`: on a big table an exact count takes seconds."""

    @cached_property
    def count(self) -> int:
        assert isinstance(self.object_list, models.QuerySet)
        # Counting a slice becomes a subquery with a limit, at which the database stops.
        return self.object_list.order_by()[:COUNTED_ROWS].count()

    def page(self, number: int | str) -> Page[Row]:
        """Return a page. The rows before a later one are passed by their keys alone."""
        shown = self.validate_number(number)
        if shown == 1:
            return super().page(number)
        assert isinstance(self.object_list, models.QuerySet)
        first = (shown - 1) * self.per_page
        keys = self.object_list.values_list("pk", flat=True)[first : first + self.per_page]
        return Page(self.object_list.filter(pk__in=list(keys)), shown, self)


class SturdyChangeList(ChangeList):
    """A list whose filters may ask for what no column can hold: it shows all rows then.

    Django does so itself where it notices before it asks the database.
    """

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        try:
            super().__init__(request, *args, **kwargs)
        except (DataError, OverflowError, ValueError) as unusable:
            if not request.GET:
                raise
            raise IncorrectLookupParameters from unusable


class KeysAlone(AutocompleteMixin):
    """Shows of what was chosen in a field only what can be the key of a row."""

    def optgroups(self, name: str, value: Sequence[str], attr: Any = None) -> Any:
        key = self.field.remote_field.model._meta.pk
        return super().optgroups(name, [each for each in value if is_key(key, each)], attr)


class KeySelect(KeysAlone, AutocompleteSelect):
    """A field to search one row in."""


class KeySelectMultiple(KeysAlone, AutocompleteSelectMultiple):
    """A field to search several rows in."""


class SturdyAdmin(admin.ModelAdmin[Row]):
    """Rows of which nonsense in an address or a form is no error of the site.

    The site makes one of every admin that is registered.
    """

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return SturdyChangeList

    def response_action(
        self, request: HttpRequest, queryset: models.QuerySet[Row], *args: Any
    ) -> HttpResponse | None:
        selected = request.POST.getlist(ACTION_CHECKBOX_NAME)
        if all(is_key(self.opts.pk, each) for each in selected):
            return super().response_action(request, queryset, *args)
        messages.warning(request, "The list has no such rows. Nothing was done.")
        return HttpResponseRedirect(request.get_full_path())

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", KeySelect(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", KeySelectMultiple(db_field, self.admin_site))
        return super().formfield_for_manytomany(db_field, request, **kwargs)


def is_key(column: models.Field[Any, Any], text: str) -> bool:
    """Whether the text can be a value of the column, which is a table's key."""
    try:
        column.clean(text, None)
    except ValidationError:
        return False
    return True


class QuickChangeList(SturdyChangeList):
    """A list that goes no further than what was counted, in an order that an index has."""

    # In how many of the newest rows was looked for what the filters ask; None: in all.
    looked_through: int | None = None

    @property
    def hint(self) -> str:
        """What to do where there may be rows that no page of the list goes to."""
        if self.looked_through:
            return (
                f"Only the newest {self.looked_through:,} rows were looked through. Choose a day,"
                " or search for a customer, to see older ones."
            )
        if self.result_count >= COUNTED_ROWS:
            return "The list goes no further. Filter or search to see other rows."
        return ""

    def get_ordering(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> list[Any]:
        # The heads of other columns lead nowhere, and nor does an address with their number.
        if not all(self._is_sortable(part) for part in self.params.get(ORDER_VAR, "").split(".")):
            del self.params[ORDER_VAR]
        ordering: list[Any] = super().get_ordering(request, queryset)
        return ordering

    def _is_sortable(self, part: str) -> bool:
        place = number_in(part.removeprefix("-"))
        if place is None or place >= len(self.list_display):
            return not part
        return self.list_display[place] in (self.sortable_by or ())

    def get_queryset(
        self, request: HttpRequest, exclude_parameters: Any = None
    ) -> models.QuerySet[Any]:
        found: models.QuerySet[Any] = super().get_queryset(request, exclude_parameters)
        assert isinstance(self.model_admin, QuickAdmin)
        if self.query or not self.model_admin.is_without_index(self.get_filters_params()):
            return found
        newest = self.root_queryset.order_by("-pk").values_list("pk", flat=True).first() or 0
        if newest <= LOOKED_THROUGH:
            return found
        self.looked_through = LOOKED_THROUGH
        return found.filter(pk__gt=newest - LOOKED_THROUGH)


class QuickAdmin(SturdyAdmin[Row]):
    """Rows of a table that may be big.

    A list is sorted by its own order and by columns that an index serves (`sortable_by`). A term
    is searched by steps, `found_by`, each of which an index serves; the first that finds rows
    wins. Small tables may have `search_fields` instead. Filters that no index serves are looked
    for in the newest `LOOKED_THROUGH` rows alone.
    """

    change_list_template = "admin/quick_list.html"
    list_per_page = SHOWN_ROWS
    # "Show all" would draw many pages at once.
    list_max_show_all = SHOWN_ROWS
    paginator = CappedPaginator
    show_full_result_count = False
    # They count the whole table once for each choice of each filter.
    show_facets = admin.ShowFacets.NEVER
    sortable_by: ClassVar[tuple[str, ...]] = ()
    found_by: ClassVar[tuple[Find, ...]] = ()

    def is_without_index(self, asked: Mapping[str, Any]) -> bool:
        """Whether finding what these filters ask could take reading the whole table."""
        return False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return QuickChangeList

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        # Django shows the field for a term where there are some.
        return ("pk",) if self.found_by else tuple(super().get_search_fields(request))

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Row], search_term: str
    ) -> tuple[models.QuerySet[Row], bool]:
        term = search_term.strip()
        if not (self.found_by and term):
            return super().get_search_results(request, queryset, term)
        if "\0" in term:
            return queryset.none(), False
        for find in self.found_by:
            sought = find(term)
            if sought is not None and (found := queryset.filter(sought)).exists():
                return found, False
        return queryset.none(), False


class ReadOnlyAdmin(QuickAdmin[Row]):
    """Rows that are looked at here and changed elsewhere, or never."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        return False


class DayFilter(admin.ListFilter):
    """The rows of one day (UTC): the way to old rows of a table too long to leaf through.

    Made for a column by `day_filter`.
    """

    title = "day"
    template = "admin/day_filter.html"
    parameter_name = "day"
    within: Callable[[date], Q]

    def __init__(
        self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any
    ) -> None:
        super().__init__(request, params, model, model_admin)
        (self.asked,) = params.pop(self.parameter_name, [""])[-1:]

    @property
    def day(self) -> date | None:
        try:
            return date.fromisoformat(self.asked)
        except ValueError:
            return None

    def has_output(self) -> bool:
        return True

    def expected_parameters(self) -> list[str | None]:
        return [self.parameter_name]

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[Row]
    ) -> models.QuerySet[Row] | None:
        return queryset.filter(type(self).within(self.day)) if self.day else None

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """Yield the one choice there is: a field, and what else the address says."""
        others = changelist.filter_params.items()
        kept = [(name, value) for name, values in others for value in values]
        yield {
            "name": self.parameter_name,
            "day": self.day,
            "selected": self.day is not None,
            "others": [(name, value) for name, value in kept if name != self.parameter_name],
            "display": "Any day",
            "query_string": changelist.get_query_string(remove=[self.parameter_name]),
        }


def day_filter(column: str) -> type[DayFilter]:
    """Return the filter by the days of a column of moments, or of dates."""

    def within(day: date) -> Q:
        begins = datetime.combine(day, time(), UTC)
        ends = begins + timedelta(days=1) if day < date.max else datetime.max.replace(tzinfo=UTC)
        return Q(**{f"{column}__gte": begins, f"{column}__lt": ends})

    return type("DayFilterOfColumn", (DayFilter,), {"within": staticmethod(within)})
