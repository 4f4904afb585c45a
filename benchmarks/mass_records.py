"""What a site keeps after a year: a mixed ledger, sales, invoices, disputes, Stripe's events.

Set-based and past all guards, like `mass_entries`; roll-ups are made by the site's own actions.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from benchmarks import mass_entries
from benchmarks.mass_statements import STATEMENTS, VARIED
from benchmarks.population import ACTOR, SERVICE, wallet_ids
from benchmarks.stage import Database
from billing.models import Package, PackageState, PackageVersion
from creditsite.accounts.models import User
from creditsite.development.steps import say
from creditsite.kernel import clock
from wallet.actions import add_service
from wallet.actions.ledger_hours import roll_up_ledger
from wallet.actions.usage import roll_up_usage
from wallet.models import Service

YEAR = timedelta(days=365)
SERVICES = ("render", "mail", "search")
# Used by a hundredth of the wallets, once, in the first days of the year.
RARE = "rare"
PACKAGES = ("bench-s", "bench-m", "bench-l", "bench-xl")
OPERATOR = "operator@example.com"


@dataclass(frozen=True)
class Year:
    """How much there is: entries of each wallet, how many times that the first one has, and rows
    of what does not hang on entries."""

    wallets: int
    entries: int
    busy: int
    rows: int

    @classmethod
    def large(cls, scale: float) -> Year:
        """Return five million entries in 5,000 wallets, 300,000 of them in one."""
        return cls(5000, round(940 * scale), 320, round(100_000 * scale))

    @classmethod
    def small(cls) -> Year:
        """Return ten thousand entries in ten wallets, half of them in one."""
        return cls(10, 500, 10, 200)


def live_through(database: Database, year: Year) -> None:
    """Fill the database with a year; the first wallet is the busy one."""
    wallets = wallet_ids()[: year.wallets]
    for slug in (*SERVICES, RARE):
        add_service(slug=slug, name=slug.title(), unit="run", credits_per_unit=Decimal(1))
    _add_packages()
    User.objects.create_superuser(OPERATOR)
    mass_entries.add_entries(
        database,
        wallets=wallets,
        entries=year.entries,
        apart=YEAR / year.entries,
        busy={wallets[0]: year.busy},
        different=VARIED,
        values=_services(),
    )
    with database.connect() as session:
        session.execute("SET session_replication_role = replica")
        for name, statement in STATEMENTS.items():
            session.execute(statement, {"rows": year.rows, "busy": wallets[0]})
            say(f"      {name}")
    roll_up_usage()
    roll_up_ledger()
    database.settle()


def _services() -> dict[str, Any]:
    often = Service.objects.filter(slug__in=(SERVICE, *SERVICES)).order_by("pk")
    rates = dict(Service.objects.values_list("pk", "rates__pk"))
    rare = Service.objects.get(slug=RARE).pk
    services = [service.pk for service in often]
    return {
        "services": services,
        "rates": [rates[service] for service in services],
        "rare": rare,
        "rare_rate": rates[rare],
    }


def _add_packages() -> None:
    begun = clock.now() - 2 * YEAR
    for place, slug in enumerate(PACKAGES, 1):
        package = Package.objects.create(
            slug=slug, name=slug.title(), state=PackageState.ACTIVE, position=place
        )
        version = PackageVersion.objects.create(
            package=package,
            number=1,
            price_cents=1000 * place,
            currency="usd",
            credits=Decimal(100 * place),
            starts_at=begun,
            published_by=str(ACTOR),
        )
        version.stripe_prices.create(livemode=False, stripe_id=f"price_{slug}")
