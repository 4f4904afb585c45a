"""Which kinds of payment methods an intent takes: what intents to pay and to set up share."""

from stripe_sandbox.accounts import Object
from stripe_sandbox.parameters import Boolean, Fields, ListOf, Record, Text

# Every kind of payment method but cards, as parameters name them.
_OTHERS = """
    acss_debit affirm afterpay_clearpay alipay alma amazon_pay au_becs_debit bacs_debit
    bancontact billie bizum blik boleto cashapp crypto custom customer_balance eps fpx
    giropay grabpay ideal interac_present kakao_pay klarna konbini kr_card link mb_way
    mobilepay multibanco naver_pay nz_bank_account oxxo p24 pay_by_bank payco paynow
    paypal payto pix promptpay revolut_pay samsung_pay satispay scalapay sepa_debit
    sofort sunbit swish twint upi us_bank_account wechat_pay zip
"""
OTHER_METHOD_TYPES = tuple(_OTHERS.split())
METHOD_TYPES = ListOf(Text(choices=("card",), clearable=False))
METHOD_CHOICE: Fields = {
    "automatic_payment_methods": Record(
        {
            "allow_redirects": Text(choices=("always", "never"), clearable=False),
            "enabled": Boolean(required=True),
        }
    ),
    "payment_method_types": METHOD_TYPES,
}


def automatic_methods(sent: Object) -> Object | None:
    """Return an intent's ``automatic_payment_methods``: on, unless its types are named."""
    asked = sent.get("automatic_payment_methods")
    if asked is None:
        asked = {"enabled": not sent.get("payment_method_types")}
    if not asked["enabled"]:
        return None
    return {"allow_redirects": asked.get("allow_redirects", "always"), "enabled": True}
