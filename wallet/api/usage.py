"""What was used, and how long the credits last, in the API."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from creditsite.accounts.models import Scope
from creditsite.kernel import clock
from creditsite.kernel.api import CreditsField
from wallet.access import wallet_for
from wallet.api.wallets import READ_PROBLEMS, WalletChoiceSerializer, query_of
from wallet.reports.forecast import NoDate, wallet_forecast
from wallet.reports.runs import Span
from wallet.reports.usage import MOST_DAYS, total, usage_lines, with_duplicates

DEFAULT_DAYS = 30
EARLIEST = date(2000, 1, 1)
GROUPS = {"day", "service"}


class UsageFilterSerializer(WalletChoiceSerializer):
    """Which days to sum up, and by what. `from` and `to` are dates (UTC), both counted."""

    to = serializers.DateField(required=False, help_text="Today, where absent.")
    group = serializers.RegexField(
        r"^(day|service|day,service|service,day)?$",
        required=False,
        allow_blank=True,
        help_text="`day`, `service`, `day,service`; without it there are totals alone.",
    )

    def get_fields(self) -> dict[str, Any]:
        # Python has `from` for itself.
        first = serializers.DateField(
            required=False, help_text=f"At most {MOST_DAYS} days; {DEFAULT_DAYS} where absent."
        )
        return {**super().get_fields(), "from": first}

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        last = asked.setdefault("to", clock.now().date())
        first = asked.setdefault("from", max(last, EARLIEST) - timedelta(days=DEFAULT_DAYS - 1))
        if not first <= last:
            raise serializers.ValidationError({"from": ["This is after the last day."]})
        if first < EARLIEST or (last - first).days >= MOST_DAYS:
            raise serializers.ValidationError(
                {"from": [f"Ask for at most {MOST_DAYS} days, from {EARLIEST} on."]}
            )
        return asked


class UsageSumsSerializer(serializers.Serializer[Any]):
    """Sums over spends; `net` is `credits` without `reversed`. Shares are between 0 and 1."""

    spends = serializers.IntegerField()
    quantity = CreditsField(read_only=True, max_digits=28)
    credits = CreditsField(read_only=True, max_digits=28)
    reversed = CreditsField(read_only=True, max_digits=28)
    net = CreditsField(read_only=True, max_digits=28)
    failed = serializers.IntegerField(help_text="Spends with `outcome: failed` in their metadata.")
    failed_share = CreditsField(read_only=True)
    reversed_share = CreditsField(read_only=True, help_text="Of the credits.")
    credits_per_success = CreditsField(
        read_only=True,
        max_digits=28,
        allow_null=True,
        help_text="`net` for each run that did not fail; null where all failed.",
    )
    duplicates = serializers.IntegerField(
        allow_null=True,
        help_text="Runs that repeat another within 10 minutes. "
        "Null where the days have more than 200,000 entries.",
    )
    duplicate_share = CreditsField(read_only=True, allow_null=True)


class UsageLineSerializer(UsageSumsSerializer):
    """The sums of one day, of one service, or of both; what was not asked for is left out."""

    day = serializers.DateField(required=False)
    service = serializers.SlugField(required=False)

    def to_representation(self, instance: Any) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(instance)
        for name in ("day", "service"):
            if shown[name] is None:
                del shown[name]
        return shown


class UsageSerializer(serializers.Serializer[Any]):
    """What was used in some days. Days without a spend have no line."""

    to = serializers.DateField()
    data = UsageLineSerializer(many=True)  # type: ignore[assignment]
    totals = UsageSumsSerializer()

    def get_fields(self) -> dict[str, Any]:
        return {"from": serializers.DateField(), **super().get_fields()}


class UsageView(APIView):
    """What was used."""

    scopes: ClassVar = {"GET": Scope.WALLET_READ}

    @extend_schema(
        parameters=[UsageFilterSerializer], responses={200: UsageSerializer, **READ_PROBLEMS}
    )
    def get(self, request: Request) -> Response:
        """Sum up spends by day, by service, by both, or in total.

        A reversal counts on the day of the spend it gives back.
        """
        asked = query_of(UsageFilterSerializer, request)
        groups = set(asked.get("group", "").split(",")) & GROUPS
        wallet, first, last = wallet_for(request, asked.get("wallet")), asked["from"], asked["to"]
        lines = usage_lines(
            wallet, first, last, by_day="day" in groups, by_service="service" in groups
        )
        lines = with_duplicates(lines, Span.of(wallet, first, last))
        shown = {
            "from": first,
            "to": last,
            "data": lines if groups else [],
            "totals": total(lines),
        }
        return Response(UsageSerializer(shown).data)


class ForecastSerializer(serializers.Serializer[Any]):
    """When the credits run out. Days are whole days from now, dates UTC."""

    available = CreditsField(read_only=True)
    history_days = serializers.IntegerField(help_text="Whole days looked at, at most 28.")
    per_day = CreditsField(read_only=True, allow_null=True)
    days = serializers.IntegerField(allow_null=True)
    runs_out_on = serializers.DateField(allow_null=True)
    least_days = serializers.IntegerField(allow_null=True)
    earliest_on = serializers.DateField(allow_null=True)
    most_days = serializers.IntegerField(allow_null=True)
    latest_on = serializers.DateField(allow_null=True)
    reason = serializers.ChoiceField(NoDate.choices, source="no_date", allow_null=True)


class ForecastView(APIView):
    """How long the credits last."""

    scopes: ClassVar = {"GET": Scope.WALLET_READ}

    @extend_schema(
        parameters=[WalletChoiceSerializer], responses={200: ForecastSerializer, **READ_PROBLEMS}
    )
    def get(self, request: Request) -> Response:
        """Tell when the credits run out, if days go on like the last four weeks.

        Taken is the median day; the range takes the 75th and the 25th percentile day. Where no
        day can be told, `days` is null and `reason` says why.
        """
        wallet = wallet_for(request, query_of(WalletChoiceSerializer, request).get("wallet"))
        return Response(ForecastSerializer(wallet_forecast(wallet)).data)
