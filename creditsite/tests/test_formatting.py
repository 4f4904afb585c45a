"""How credits and money are shown."""

from decimal import Decimal

import pytest

from creditsite.kernel.formatting import credits, money, plain_credits, signed_credits


@pytest.mark.parametrize(
    ("value", "shown", "signed", "plain"),
    [
        ("0", "0.00", "0.00", "0"),
        ("1234.5", "1,234.50", "+1,234.50", "1,234.5"),
        ("-3", "−3.00", "−3.00", "−3"),
        ("0.0001", "0.0001", "+0.0001", "0.0001"),
        ("1000.0000", "1,000.00", "+1,000.00", "1,000"),
        ("-12345678.1230", "−12,345,678.123", "−12,345,678.123", "−12,345,678.123"),
    ],
)
def test_credits_are_shown(value: str, shown: str, signed: str, plain: str) -> None:
    number = Decimal(value)
    assert (credits(number), signed_credits(number), plain_credits(number)) == (
        shown,
        signed,
        plain,
    )


@pytest.mark.parametrize(
    ("cents", "currency", "shown"),
    [
        (5000, "usd", "$50.00"),
        (-5, "usd", "−$0.05"),
        (123456789, "eur", "€1,234,567.89"),
        (1050, "sek", "10.50 SEK"),
    ],
)
def test_money_is_shown(cents: int, currency: str, shown: str) -> None:
    assert money(cents, currency) == shown


def test_nothing_is_shown_for_no_value() -> None:
    assert credits(None) == signed_credits(None) == plain_credits(None) == money(None, "usd") == ""
