"""Subscriptions, what they brought, and what was billed, in the admin."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from billing.actions import (
    cancel_subscription,
    end_subscription,
    refresh_subscription,
    resume_subscription,
)
from billing.admin.wallet_tables import invoices_table
from billing.models import Allocation, Invoice, Subscription
from billing.reports.terms import terms_in_words
from creditsite.kernel.admin import ReadOnlyAdmin
from creditsite.kernel.formatting import money
from creditsite.kernel.search import exactly, uuid
from wallet.admin.forms import LoggedReasonForm
from wallet.admin.search import BY_WALLET, of_wallet
from wallet.admin.steps import Asked, Done, Step, StepsAdmin
from wallet.admin.tables import Cell, Table, link, moment, number

CHANGE = "billing.change_subscription"
NEWEST = 24


class AskStripe(Step[Subscription]):
    name = "refresh"
    label = "Ask Stripe how it stands"
    permission = CHANGE
    is_previewed = False
    lead = "Brings this page up to date, and grants what the newest invoice brought, if it is paid."

    def is_open(self, row: Subscription) -> bool:
        return row.stripe_id is not None

    def act(self, row: Subscription, asked: Asked) -> Done:
        assert row.stripe_id is not None
        fresh, _ = refresh_subscription(stripe_id=row.stripe_id)
        return Done(f"It is {fresh.get_status_display().lower()}.", fresh)


class Cancel(Step[Subscription]):
    name = "cancel"
    label = "Cancel with its period"
    permission = CHANGE
    form_class = LoggedReasonForm
    is_previewed = False
    lead = "Nothing is charged any more; it goes on until the paid period ends."

    def is_open(self, row: Subscription) -> bool:
        return row.runs and not row.is_cancelling

    def act(self, row: Subscription, asked: Asked) -> Done:
        return Done("It ends with its period.", cancel_subscription(subscription=row))


class Resume(Step[Subscription]):
    name = "resume"
    label = "Resume"
    permission = CHANGE
    form_class = LoggedReasonForm
    is_previewed = False
    lead = "Takes the cancellation back: it goes on, and is charged, after its period."

    def is_open(self, row: Subscription) -> bool:
        return row.is_cancelling

    def act(self, row: Subscription, asked: Asked) -> Done:
        return Done("It goes on.", resume_subscription(subscription=row))


class End(Step[Subscription]):
    name = "end"
    label = "End at once"
    permission = CHANGE
    form_class = LoggedReasonForm
    is_previewed = False
    lead = (
        "It ends now. Nothing is paid back; the credits it brought stay until they expire, and "
        "nothing of them rolls over. This can't be taken back."
    )

    def is_open(self, row: Subscription) -> bool:
        return row.runs

    def act(self, row: Subscription, asked: Asked) -> Done:
        return Done("It has ended.", end_subscription(subscription=row))


@admin.register(Subscription)
class SubscriptionAdmin(StepsAdmin[Subscription]):
    """Customers' contracts, newest first."""

    key_type = "uuid"
    steps = (AskStripe(), Cancel(), Resume(), End())
    ordering = ("-created_at",)
    list_display = ("customer", "version", "status", "period_end", "cancels_at", "created_at")
    list_filter = ("status", "version__package", "period_end")
    list_select_related = ("wallet__customer", "version__package")
    found_by = (uuid(), *exactly("stripe_id", "stripe_session_id"), of_wallet())
    search_help_text = f"{BY_WALLET}; Stripe's ids, or the subscription's id"
    fields = (
        "id",
        "wallet",
        "customer",
        "status",
        "version",
        "terms",
        "period_start",
        "period_end",
        "cancels_at",
        "next_version",
        "waiting_version",
        "pay_url",
        "code",
        "promotion",
        "actor",
        "stripe_id",
        "stripe_schedule_id",
        "stripe_session_id",
        "created_at",
        "expires_at",
        "ended_at",
        "end_reason",
        "told_at",
    )
    readonly_fields: ClassVar = fields

    @admin.display(description="customer")
    def customer(self, subscription: Subscription) -> str:
        return subscription.wallet.customer.email

    @admin.display(description="terms")
    def terms(self, subscription: Subscription) -> str:
        return terms_in_words(subscription.version)

    @admin.display(description="promotion")
    def promotion(self, subscription: Subscription) -> str:
        use = getattr(subscription, "promotion_use", None)
        return str(use.promotion) if use else ""

    def page_of(self, request: HttpRequest, row: Subscription) -> dict[str, Any]:
        return {**super().page_of(request, row), "tables": list(subscription_tables(row))}


def subscription_tables(subscription: Subscription) -> Iterator[Table]:
    """Yield what the subscription brought, and what was billed for it, newest first."""
    allocations = (
        Allocation.objects.filter(subscription=subscription)
        .select_related("version__package", "grant", "rolled_over")
        .order_by("-period_start", "-pk")
    )
    yield Table(
        title="Allocations",
        heads=("For", "Terms", "From", "Until", "Paid", "Credits", "Left", "Rolled over"),
        rows=[
            [
                link(each.get_kind_display(), "grant", each.grant_id),
                Cell(str(each.version)),
                moment(each.period_start),
                moment(each.period_end),
                Cell(money(each.paid_cents, each.currency), is_number=True),
                number(each.credits),
                number(each.grant.remaining),
                number(each.rolled_over.credits) if each.rolled_over else Cell(""),
            ]
            for each in allocations[:NEWEST]
        ],
        empty="Nothing was paid yet.",
    )
    invoices = Invoice.objects.filter(subscription=subscription).order_by("-issued_at", "-pk")
    yield invoices_table(invoices[:NEWEST])


@admin.register(Allocation)
class AllocationAdmin(ReadOnlyAdmin[Allocation]):
    """Grants for paid periods, newest first."""

    ordering = ("-id",)
    list_display = ("id", "customer", "version", "kind", "period_start", "credits", "paid")
    list_filter = ("kind", "version__package", "period_start")
    list_select_related = ("subscription__wallet__customer", "version__package")
    found_by = (
        *exactly("stripe_invoice_id", "stripe_line_id"),
        of_wallet("subscription__wallet"),
    )
    search_help_text = f"{BY_WALLET}; or Stripe's id of the invoice or its line"

    @admin.display(description="customer")
    def customer(self, allocation: Allocation) -> str:
        return allocation.subscription.wallet.customer.email

    @admin.display(description="paid")
    def paid(self, allocation: Allocation) -> str:
        return money(allocation.paid_cents, allocation.currency)


@admin.register(Invoice)
class InvoiceAdmin(ReadOnlyAdmin[Invoice]):
    """What customers were billed, newest first. Open ones with a next try are failed payments."""

    ordering = ("-id",)
    list_display = ("__str__", "customer", "label", "status", "total", "issued_at", "attempts")
    list_filter = ("status", "issued_at")
    list_select_related = ("wallet__customer",)
    found_by = (*exactly("stripe_id", "number"), of_wallet())
    search_help_text = f"{BY_WALLET}; the invoice's number, or Stripe's id"
    fields = (
        "wallet",
        "customer",
        "label",
        "number",
        "status",
        "total",
        "subscription",
        "top_up",
        "stripe_id",
        "page",
        "issued_at",
        "paid_at",
        "attempts",
        "next_attempt_at",
        "told_at",
    )
    readonly_fields: ClassVar = fields

    @admin.display(description="customer")
    def customer(self, invoice: Invoice) -> str:
        return invoice.wallet.customer.email

    @admin.display(description="total")
    def total(self, invoice: Invoice) -> str:
        return money(invoice.total_cents, invoice.currency)

    @admin.display(description="Stripe's page")
    def page(self, invoice: Invoice) -> SafeString | str:
        if not invoice.page_url:
            return ""
        return format_html('<a href="{}">{}</a>', invoice.page_url, invoice.number)
