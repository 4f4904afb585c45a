"""The demo: people, keys, services and a little history, made by the real actions.

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
from creditsite.kernel.actor import Actor
from creditsite.kernel.idempotency import internal_key
from wallet.actions import add_service, grant_credits, open_wallet, spend_credits
from wallet.models import GrantSource, Wallet

ACTOR = Actor.system("demo")
CUSTOMER, OPERATOR = "customer@example.com", "operator@example.com"
WELCOME_CREDITS = Decimal(250)

# slug, name, unit, credits per unit, what it does
SERVICES = (
    ("workflow-run", "Workflow runs", "run", "1", "Runs one of your workflows from end to end."),
    ("web-scraping", "Web scraping", "page", "0.2", "Fetches a page and hands over its content."),
    ("text-extraction", "Text extraction", "document", "2.5", "Reads text and tables in a file."),
    ("ai-summary", "AI summaries", "1,000 words", "4", "Sums up long texts in a few sentences."),
)
# service, quantity, what the run was for
SPENDS = (
    ("workflow-run", "12", "Nightly import"),
    ("web-scraping", "140", "Price watch"),
    ("text-extraction", "6", "Supplier invoices"),
    ("ai-summary", "2.5", "Weekly digest"),
    ("workflow-run", "3", "Invoice approval"),
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
    for slug, name, unit, credits_per_unit, description in SERVICES:
        add_service(
            slug=slug,
            name=name,
            unit=unit,
            credits_per_unit=Decimal(credits_per_unit),
            description=description,
        )
    _history(wallet)
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


def _history(wallet: Wallet) -> None:
    if wallet.sequence:
        return
    grant_credits(
        wallet=wallet,
        credits=WELCOME_CREDITS,
        source=GrantSource.PROMOTION,
        idempotency_key=internal_key("demo", "welcome"),
        actor=ACTOR,
        reason="Welcome credits",
    )
    for number, (service, quantity, job) in enumerate(SPENDS, start=1):
        spend_credits(
            wallet_id=wallet.pk,
            service=service,
            quantity=Decimal(quantity),
            idempotency_key=internal_key("demo", "spend", str(number)),
            actor=ACTOR,
            metadata={"job": job},
        )
