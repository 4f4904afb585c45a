"""``/v1/account`` and ``/v1/accounts``: who the key belongs to."""

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.errors import no_such
from stripe_sandbox.operations import Call, operation
from stripe_sandbox.pagination import DATED_PAGE, page


def account_object(account: Account) -> Object:
    """Return the account as the API shows it."""
    return {
        "id": account.id,
        "object": "account",
        "business_profile": _business_profile(),
        "business_type": None,
        "capabilities": {"card_payments": "active", "transfers": "active"},
        "charges_enabled": True,
        "controller": {"type": "account"},
        "country": "US",
        "created": account.created,
        "default_currency": "usd",
        "details_submitted": True,
        "email": "sandbox@example.com",
        "external_accounts": {
            "object": "list",
            "data": [],
            "has_more": False,
            "url": f"/v1/accounts/{account.id}/external_accounts",
        },
        "future_requirements": _no_requirements(),
        "groups": None,
        "metadata": {},
        "payouts_enabled": True,
        "requirements": _no_requirements(),
        "settings": _settings(),
        "tos_acceptance": {"date": None, "ip": None, "user_agent": None},
        "type": "standard",
    }


def _business_profile() -> Object:
    return {
        "annual_revenue": None,
        "estimated_worker_count": None,
        "mcc": None,
        "minority_owned_business_designation": None,
        "name": "Stripe sandbox",
        "product_description": None,
        "support_address": None,
        "support_email": None,
        "support_phone": None,
        "support_url": None,
        "url": None,
    }


def _no_requirements() -> Object:
    return {
        "alternatives": [],
        "current_deadline": None,
        "currently_due": [],
        "disabled_reason": None,
        "errors": [],
        "eventually_due": [],
        "past_due": [],
        "pending_verification": [],
    }


def _settings() -> Object:
    return {
        "branding": {
            "icon": None,
            "logo": None,
            "primary_color": None,
            "secondary_color": None,
        },
        "card_payments": {
            "statement_descriptor_prefix": None,
            "statement_descriptor_prefix_kana": None,
            "statement_descriptor_prefix_kanji": None,
        },
        "dashboard": {"display_name": "Stripe sandbox", "timezone": "Etc/UTC"},
        "payments": {
            "statement_descriptor": "SANDBOX",
            "statement_descriptor_kana": None,
            "statement_descriptor_kanji": None,
        },
    }


@operation("GET", "/v1/account")
def get_own_account(call: Call) -> Object:
    """Return the key's account."""
    return account_object(call.account)


@operation("GET", "/v1/accounts", DATED_PAGE)
def list_accounts(call: Call) -> Object:
    """Return the connected accounts; the sandbox has none."""
    return page(call, "account", [])


@operation("GET", "/v1/accounts/{account}")
def get_account(call: Call) -> Object:
    """Return the key's account by its id."""
    if call.ids["account"] != call.account.id:
        raise no_such("account", call.ids["account"], "account")
    return account_object(call.account)
