"""The shape of a Checkout session."""

from stripe_sandbox.accounts import Object
from stripe_sandbox.metadata import merged_metadata


def new_session(
    sent: Object, lines: list[Object], customer: Object | None, *, session_id: str, now: int
) -> Object:
    """Return an open, unpaid session; its expiry and page address are the caller's to set."""
    mode, subtotal = sent["mode"], sum(line["amount_subtotal"] for line in lines)
    total = sum(line["amount_total"] for line in lines)
    email = customer["email"] if customer else sent.get("customer_email")
    return _unused() | {
        "id": session_id,
        "allow_promotion_codes": sent.get("allow_promotion_codes"),
        "amount_subtotal": None if mode == "setup" else subtotal,
        "amount_total": None if mode == "setup" else total,
        "billing_address_collection": sent.get("billing_address_collection"),
        "cancel_url": sent.get("cancel_url"),
        "client_reference_id": sent.get("client_reference_id"),
        "created": now,
        "currency": lines[0]["currency"] if lines else sent.get("currency"),
        "custom_text": _custom_text(sent.get("custom_text") or {}),
        "customer": customer["id"] if customer else None,
        "customer_creation": None if customer else _customer_creation(sent),
        "customer_details": customer_details(email, None, None) if email else None,
        "customer_email": sent.get("customer_email"),
        "integration_identifier": sent.get("integration_identifier"),
        "invoice_creation": _invoice_creation(sent) if mode == "payment" else None,
        "locale": sent.get("locale"),
        "metadata": merged_metadata({}, sent.get("metadata")),
        "mode": mode,
        "payment_method_collection": _method_collection(sent),
        "payment_method_options": _method_options(sent),
        "payment_method_types": _method_types(sent),
        "payment_status": "unpaid" if total else "no_payment_required",
        "status": "open",
        "submit_type": sent.get("submit_type"),
        "success_url": sent["success_url"],
        "total_details": None if mode == "setup" else _no_extras(),
        "ui_mode": "hosted_page",
    }


def customer_details(email: str | None, name: str | None, country: str | None) -> Object:
    """Return what is known of the person who pays."""
    return {
        "address": address_in(country) if country else None,
        "business_name": None,
        "email": email,
        "individual_name": None,
        "name": name,
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": [] if country else None,
    }


def address_in(country: str) -> Object:
    """Return an address of which the country alone is known."""
    parts = ("city", "line1", "line2", "postal_code", "state")
    return dict.fromkeys(parts) | {"country": country}


def _customer_creation(sent: Object) -> str:
    if sent["mode"] == "subscription":
        return "always"
    return str(sent.get("customer_creation", "if_required"))


def _method_collection(sent: Object) -> str:
    if sent["mode"] == "payment":
        return "if_required"
    return str(sent.get("payment_method_collection", "always"))


def _no_extras() -> Object:
    return {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0}


def _method_types(sent: Object) -> list[str]:
    return list(sent.get("payment_method_types") or ["card"])


def _method_options(sent: Object) -> Object:
    options = {
        "card": {"request_three_d_secure": "automatic"},
        "us_bank_account": {"verification_method": "automatic"},
    }
    return {kind: options[kind] for kind in _method_types(sent)}


def _custom_text(sent: Object) -> Object:
    places = ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")
    return {place: sent.get(place) for place in places}


def _invoice_creation(sent: Object) -> Object:
    asked = sent.get("invoice_creation") or {"enabled": False}
    data = asked.get("invoice_data") or {}
    return {
        "enabled": asked["enabled"],
        "invoice_data": {
            "account_tax_ids": None,
            "custom_fields": data.get("custom_fields"),
            "description": data.get("description"),
            "footer": data.get("footer"),
            "issuer": None,
            "metadata": merged_metadata({}, data.get("metadata")),
            "rendering_options": None,
        },
    }


def _unused() -> Object:
    """Return the attributes that the sandbox never sets."""
    always_null = (
        "after_expiration",
        "client_secret",
        "collected_information",
        "consent",
        "consent_collection",
        "currency_conversion",
        "customer_account",
        "invoice",
        "managed_payments",
        "optional_items",
        "origin_context",
        "payment_intent",
        "payment_link",
        "payment_method_configuration_details",
        "permissions",
        "recovered_from",
        "saved_payment_method_options",
        "setup_intent",
        "shipping_address_collection",
        "shipping_cost",
        "subscription",
        "wallet_options",
    )
    return dict.fromkeys(always_null) | {
        "object": "checkout.session",
        "adaptive_pricing": {"enabled": False},
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "custom_fields": [],
        "discounts": [],
        "livemode": False,
        "phone_number_collection": {"enabled": False},
        "shipping_options": [],
    }
