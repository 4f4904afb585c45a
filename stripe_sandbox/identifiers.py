"""Object ids with the prefixes Stripe gives them."""

import secrets
import string

LETTERS = string.ascii_letters + string.digits

# kind (the "object" of the API) -> (prefix, length of the random part)
SHAPES: dict[str, tuple[str, int]] = {
    "balance_transaction": ("txn_", 24),
    "billing_portal.configuration": ("bpc_", 24),
    "billing_portal.session": ("bps_", 24),
    "charge": ("ch_", 24),
    "checkout.session": ("cs_test_a1", 56),
    "customer": ("cus_", 14),
    "discount": ("di_", 24),
    "dispute": ("du_", 24),
    "event": ("evt_", 24),
    "invoice": ("in_", 24),
    "invoice_payment": ("inpay_", 24),
    "invoiceitem": ("ii_", 24),
    "item": ("li_", 24),
    "line_item": ("il_", 24),
    "payment_intent": ("pi_", 24),
    "payment_method": ("pm_", 24),
    "price": ("price_", 24),
    "product": ("prod_", 14),
    "promotion_code": ("promo_", 24),
    "refund": ("re_", 24),
    "setup_intent": ("seti_", 24),
    "subscription": ("sub_", 24),
    "subscription_item": ("si_", 14),
    "subscription_schedule": ("sub_sched_", 24),
    "test_helpers.test_clock": ("clock_", 24),
    "webhook_endpoint": ("we_", 24),
}


def random_text(length: int, alphabet: str = LETTERS) -> str:
    """Return unguessable letters and digits."""
    return "".join(secrets.choice(alphabet) for _ in range(length))


def new_id(kind: str) -> str:
    """Return a fresh id for an object of this kind."""
    prefix, length = SHAPES[kind]
    return prefix + random_text(length)


def kind_of(object_id: str) -> str | None:
    """Return the kind an id belongs to, by its prefix."""
    fitting = [kind for kind, (prefix, _) in SHAPES.items() if object_id.startswith(prefix)]
    # A schedule's prefix begins with a subscription's: the longer one is meant.
    return max(fitting, key=lambda kind: len(SHAPES[kind][0]), default=None)
