"""A site with one of everything that belongs to a customer, and the people who look at it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType

from billing.actions import start_top_up
from billing.models import VersionMove
from billing.tests.conftest import make_deliveries
from billing.tests.packages import make_package, publish
from billing.tests.promotions import make_promotion
from billing.tests.stripe_account import StripeAccount
from billing.tests.subscribers import Subscriber
from creditsite.accounts.actions import create_api_key
from creditsite.accounts.models import Scope, User
from creditsite.kernel import clock
from creditsite.kernel.actor import Actor
from creditsite.tests.people import make_customer, make_in_role, make_operator
from disputes import actions
from disputes.tests.cases import charge, dispute
from wallet.actions import (
    CreditChange,
    claw_back,
    note_wallet,
    pause_system,
    place_hold,
    request_change,
    request_compensation,
    resume_system,
    set_limit,
)
from wallet.actions.usage import roll_up_usage
from wallet.models import (
    ChangeKind,
    Incident,
    LedgerVerification,
    LimitPeriod,
    Service,
    Wallet,
)

ACTOR = Actor.system("test")
# By the letter that stands for each in the matrix.
ROLES = {"S": "Support", "F": "Finance", "V": "Supervisor"}
LETTERS = "ACXSFVU"


def people(customer: User) -> dict[str, User | None]:
    """Return who asks, by letter: anonymous, the customer, another (X), the roles, a superuser."""
    found: dict[str, User | None] = {"A": None, "C": customer, "X": make_customer("x@example.com")}
    for letter, role in ROLES.items():
        found[letter] = make_in_role(f"{role.lower()}@example.com", role)
    return {**found, "U": make_operator("superuser@example.com")}


def fill(account: StripeAccount, customer: User, api_version: str) -> dict[str, Any]:
    """Let the customer live a little; return what addresses name, by parameter."""
    subscriber = Subscriber(account, make_deliveries(api_version), customer)
    package = make_package("team")
    subscriber.begin()
    charge_id = account.call("GET", "/v1/charges")["data"][0]["id"]
    account.call("POST", "/v1/refunds", data={"charge": charge_id, "amount": 100})
    subscriber.hear()
    wallet = subscriber.wallet
    spend = charge(wallet, "10")
    kept = _use(wallet)
    case = dispute(spend)
    file = actions.add_evidence(dispute=case, name="a.txt", body=b"log", actor=ACTOR)
    make_promotion()
    started = start_top_up(wallet=wallet, credits=Decimal(500), actor=customer.actor, code="SPRING")
    VersionMove.objects.create(
        version=publish(package, price_cents=3999),
        starts_at=clock.now() + timedelta(days=60),
        reason="Dearer",
        planned_by=str(ACTOR),
        created_at=clock.now(),
    )
    LogEntry.objects.create(
        user=customer,
        content_type=ContentType.objects.get_for_model(Wallet),
        object_id=str(wallet.pk),
        object_repr=str(wallet),
        action_flag=CHANGE,
        change_message="Paused.",
    )
    key, _ = create_api_key(customer=customer, name="script", scopes=Scope.values)
    return {
        **kept,
        "entry_id": spend.pk,
        "spend_id": spend.pk,
        "wallet_id": wallet.pk,
        "dispute_id": case.pk,
        "evidence_id": file.pk,
        "top_up_id": started.top_up.pk,
        "checkout_id": started.top_up.pk,
        "prefix": key.prefix,
        "name": "usage",
        "uuid": "00000000-0000-4000-8000-000000000000",
        "content_type_id": 1,
        "object_id": 1,
    }


def _use(wallet: Wallet) -> dict[str, int]:
    """Hold, limit and claw back credits, ask for more; pause the system."""
    hold = place_hold(
        wallet_id=wallet.pk,
        service="runs",
        credits=Decimal(5),
        expires_in=timedelta(hours=1),
        idempotency_key="hold",
        actor=wallet.customer.actor,
    ).hold
    limit = set_limit(wallet=wallet, period=LimitPeriod.DAY, credits=Decimal(100))
    claw_back(
        wallet=wallet,
        credits=Decimal(1),
        reference="ch_1",
        reason="Its money went back",
        idempotency_key="claw",
        actor=ACTOR,
    )
    asker = make_operator("asker@example.com")
    request_change(
        wallet=wallet,
        change=CreditChange(ChangeKind.ADJUSTMENT, Decimal(5000)),
        reason="An outage",
        idempotency_key="request",
        operator=asker,
    )
    request_compensation(
        incident=Incident(Service.objects.get(slug="runs"), wallet.created_at, clock.now()),
        percent=Decimal(50),
        failed_only=False,
        reason="An outage",
        idempotency_key="compensation",
        operator=asker,
    )
    note_wallet(wallet=wallet, text="Called twice", idempotency_key="note", author=asker)
    roll_up_usage()
    now = clock.now()
    LedgerVerification.objects.create(started_at=now, finished_at=now, wallets=1, entries=1)
    pause_system(reason="Maintenance", actor=ACTOR)
    resume_system(actor=ACTOR)
    return {"hold_id": hold.pk, "limit_id": limit.pk}
