"""A spend over HTTP against a plain DRF project, on the same server program."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rest_framework.authtoken.models import Token

from benchmarks import http_operations
from benchmarks.http_operations import posting_spends
from benchmarks.measure import Contest, Figure, Measure
from benchmarks.population import wallet_ids
from benchmarks.stage import Stage
from benchmarks.web import serving
from creditsite.accounts.actions import create_api_key
from creditsite.accounts.models import Scope, User

PATH = "/api/v1/spends"


def platform_authorization() -> str:
    """Make a platform's key in the present database and return the header that shows it."""
    _, text = create_api_key(customer=None, name="Bench", scopes=[Scope.USAGE_WRITE])
    return f"Bearer {text}"


@contextmanager
def prepare(stage: Stage) -> Iterator[Contest]:
    with stage.borrowed("http_plain") as plain, stage.borrowed("http_ours") as ours:
        wallets = wallet_ids()
        authorization = platform_authorization()
        plain.use()
        token = Token.objects.create(user=User.objects.order_by("pk")[0])
        with (
            serving(stage, database=ours, settings="creditsite.settings") as our_port,
            serving(stage, database=plain, settings="benchmarks.references.settings") as port,
        ):
            spends = http_operations.work(
                posting_spends,
                ours,
                port=our_port,
                path=PATH,
                wallets=wallets,
                authorization=authorization,
            )
            reference = http_operations.work(
                posting_spends,
                plain,
                port=port,
                path="/spends",
                wallets=wallets,
                authorization=f"Token {token.key}",
            )
            yield Contest(
                [
                    stage.load("POST /api/v1/spends", spends, ledger=ours),
                    stage.load("DRF and ORM", reference, ledger=plain),
                ]
            )


MEASURE = Measure(
    name="http_spend",
    unit="requests/s",
    figures=(
        Figure(
            "POST /api/v1/spends / DRF TokenAuthentication and ORM",
            *("POST /api/v1/spends", "DRF and ORM"),
            floor=3,
            aim=6,
        ),
    ),
    prepare=prepare,
)
