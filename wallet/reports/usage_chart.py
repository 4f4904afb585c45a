"""The chart of usage: credits by day, stacked by service."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal

from creditsite.kernel.chart import MOST_SERIES, Chart, stacked_chart
from creditsite.kernel.credits import ZERO
from wallet.reports.usage import UsageLine

# More bars than this can't be told apart on a phone: weeks then.
MOST_BARS = 92
WEEK = 7
OTHER = "Other services"


def usage_chart(lines: Sequence[UsageLine], first: date, last: date) -> Chart:
    """Return the chart of lines by day and service: net credits of every day, or of every week.

    The services that used most have a colour of their own, at most `MOST_SERIES`; the others
    share the last.
    """
    names = _names(lines)
    places = {name: place for place, name in enumerate(names)}
    step = 1 if (last - first).days < MOST_BARS else WEEK
    wording = "{0.day} {0:%b}" if first.year == last.year else "{0.day} {0:%b %Y}"
    starts = [first + timedelta(days=n) for n in range(0, (last - first).days + 1, step)]
    used = [[ZERO] * len(names) for _ in starts]
    for line in lines:
        if line.day is not None:
            place = places.get(line.service_name, len(names) - 1)
            used[(line.day - first).days // step][place] += line.net
    return stacked_chart(
        names,
        [wording.format(start) for start in starts],
        used,
        unit="Day" if step == 1 else "Week from",
        measure="credits",
    )


def _names(lines: Iterable[UsageLine]) -> list[str]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        sums[line.service_name] += line.net
    names = sorted(sums, key=lambda name: (-sums[name], name))
    return names if len(names) <= MOST_SERIES else [*names[: MOST_SERIES - 1], OTHER]
