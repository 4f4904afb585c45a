"""The demo: people, keys, services and three months of history, made by the real actions.

Repeating it changes nothing. Passwords and keys are made from `SECRET_KEY`, so that they stay
the same for an installation and are nobody else's.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils.crypto import salted_hmac

from creditsite.accounts.actions import create_api_key
from creditsite.accounts.models import ApiKey, Scope, User
from creditsite.kernel import clock
from wallet.actions import add_service, open_wallet
from wallet.demo_history import DEMO_SPAN, live_through

CUSTOMER, OPERATOR = "customer@example.com", "operator@example.com"

# slug, name, unit, credits per unit, what it does
SERVICES = (
    ("workflow-run", "Workflow runs", "run", "1", "Runs one of your workflows from end to end."),
    ("web-scraping", "Web scraping", "page", "0.2", "Fetches a page and hands over its content."),
    ("text-extraction", "Text extraction", "document", "2.5", "Reads text and tables in a file."),
    ("ai-summary", "AI summaries", "1,000 words", "4", "Sums up long texts in a few sentences."),
)


@dataclass(frozen=True)
class Demo:
    """What a person or a script needs to use the demo."""

    customer_email: str
    customer_password: str
    customer_api_key: str
    wallet_id: int
    operator_email: str
    operator_password: str
    platform_api_key: str


@transaction.atomic
def load_demo() -> Demo:
    """Make what of the demo is missing and return its log-ins and keys."""
    customer = _person(CUSTOMER)
    operator = _person(OPERATOR, is_staff=True, is_superuser=True)
    wallet = open_wallet(customer=customer)
    began_at = clock.now() - DEMO_SPAN
    for slug, name, unit, credits_per_unit, description in SERVICES:
        add_service(
            slug=slug,
            name=name,
            unit=unit,
            credits_per_unit=Decimal(credits_per_unit),
            description=description,
            effective_at=began_at,
        )
    live_through(wallet=wallet, since=began_at)
    return Demo(
        customer_email=customer.email,
        customer_password=_secret("password", CUSTOMER, 16),
        customer_api_key=_key(customer, "Demo script"),
        wallet_id=wallet.pk,
        operator_email=operator.email,
        operator_password=_secret("password", OPERATOR, 16),
        platform_api_key=_key(None, "Demo platform"),
    )


def _secret(purpose: str, name: str, length: int) -> str:
    return salted_hmac(f"creditsite.demo.{purpose}", name, algorithm="sha256").hexdigest()[:length]


def _person(email: str, **rights: bool) -> User:
    person = User.objects.filter(email=email).first()
    if person is None:
        person = User.objects.create_user(email, _secret("password", email, 16), **rights)
        EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)
    return person


def _key(customer: User | None, name: str) -> str:
    text = f"ck_{_secret('prefix', name, 8)}.{_secret('key', name, 40)}"
    if not ApiKey.objects.filter(prefix=text.partition(".")[0]).exists():
        create_api_key(customer=customer, name=name, scopes=Scope.values, text=text)
    return text
