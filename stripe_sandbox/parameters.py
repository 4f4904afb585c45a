"""Declare an operation's parameters, and parse or refuse what was sent, as Stripe does."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

from stripe_sandbox.errors import StripeError, invalid_request, missing, not_in_sandbox
from stripe_sandbox.forms import FormTree, FormValue

Fields = Mapping[str, "Parameter"]

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
METADATA_KEYS, METADATA_KEY_LENGTH, METADATA_LENGTH = 50, 40, 500


class Parameter:
    """One named value. An empty text unsets it (``None``) unless ``clearable`` is false."""

    def __init__(self, *, required: bool = False, clearable: bool = True) -> None:
        self.required = required
        self.clearable = clearable and not required

    def parse(self, value: FormValue, name: str) -> Any:
        """Return the typed value; ``name`` is the bracketed name for the error."""
        if value != "":
            return self.read(value, name)
        if self.clearable:
            return None
        raise invalid_request(
            f"You passed an empty string for '{name}', which cannot be unset. "
            "Leave it out or give it a value.",
            name,
            "parameter_invalid_empty",
        )

    def read(self, value: FormValue, name: str) -> Any:
        """Return the typed value of something that is not empty."""
        raise NotImplementedError


class Text(Parameter):
    """A text of bounded length, perhaps one of a few."""

    def __init__(
        self,
        *,
        longest: int = 5000,
        choices: Sequence[str] = (),
        required: bool = False,
        clearable: bool = True,
    ) -> None:
        super().__init__(required=required, clearable=clearable)
        self.longest = longest
        self.choices = choices

    def read(self, value: FormValue, name: str) -> str:
        if not isinstance(value, str):
            raise invalid_request(f"Invalid string: {name} was given parts", name)
        if len(value) > self.longest:
            raise invalid_request(
                f"Invalid string: {value[:40]}…; must be at most {self.longest} characters", name
            )
        if self.choices and value not in self.choices:
            raise invalid_request(f"Invalid {name}: must be one of {_either(self.choices)}", name)
        return value


class Email(Text):
    """An address with something on both sides of one ``@``."""

    def read(self, value: FormValue, name: str) -> str:
        text = super().read(value, name)
        if not EMAIL.fullmatch(text):
            raise invalid_request(f"Invalid email address: {text}", name, "email_invalid")
        return text


class WebAddress(Text):
    """An absolute http or https URL."""

    def read(self, value: FormValue, name: str) -> str:
        text = super().read(value, name)
        try:
            parts = urlsplit(text)
            usable = parts.scheme in ("http", "https") and bool(parts.hostname)
        except ValueError:
            usable = False
        if not usable or re.search(r"[\x00-\x20\x7f]", text):
            raise invalid_request("Not a valid URL", name, "url_invalid")
        return text


class Currency(Text):
    """A three-letter code, kept in lower case."""

    def read(self, value: FormValue, name: str) -> str:
        text = super().read(value, name).lower()
        if not re.fullmatch(r"[a-z]{3}", text):
            raise invalid_request(f"Invalid currency: {text}", name)
        return text


class Integer(Parameter):
    """A whole number within bounds."""

    def __init__(
        self,
        *,
        least: int | None = None,
        most: int | None = None,
        required: bool = False,
        clearable: bool = True,
    ) -> None:
        super().__init__(required=required, clearable=clearable)
        self.least = least
        self.most = most

    def read(self, value: FormValue, name: str) -> int:
        if not isinstance(value, str) or not re.fullmatch(r"[+-]?[0-9]{1,18}", value):
            raise invalid_request(f"Invalid integer: {value}", name, "parameter_invalid_integer")
        number = int(value)
        code = "parameter_invalid_integer"
        if self.least is not None and number < self.least:
            message = f"This value must be greater than or equal to {self.least}."
            raise invalid_request(message, name, code)
        if self.most is not None and number > self.most:
            raise invalid_request(
                f"This value must be less than or equal to {self.most}.", name, code
            )
        return number


class DecimalText(Parameter):
    """A decimal number, kept as its text."""

    def read(self, value: FormValue, name: str) -> str:
        try:
            number = Decimal(value) if isinstance(value, str) else None
        except InvalidOperation:
            number = None
        if number is None or not number.is_finite() or number < 0:
            raise invalid_request(f"Invalid decimal: {value}", name)
        return f"{number.normalize():f}"


class Boolean(Parameter):
    """``true`` or ``false``."""

    def read(self, value: FormValue, name: str) -> bool:
        if value not in ("true", "false"):
            raise invalid_request(f"Invalid boolean: {value}", name)
        return value == "true"


class Off(Boolean):
    """A switch that may be sent, but which the sandbox cannot turn on yet."""

    def read(self, value: FormValue, name: str) -> bool:
        if super().read(value, name):
            raise not_in_sandbox(name)
        return False


class NotYet(Parameter):
    """A parameter of Stripe's that the sandbox refuses by name rather than ignores."""

    def parse(self, value: FormValue, name: str) -> Any:
        raise not_in_sandbox(name)


class Metadata(Parameter):
    """Up to fifty texts by key; an empty value removes its key, an empty whole removes all."""

    def read(self, value: FormValue, name: str) -> dict[str, str]:
        if not isinstance(value, dict):
            raise invalid_request("Invalid object", name)
        if len(value) > METADATA_KEYS:
            raise invalid_request(f"Metadata can have up to {METADATA_KEYS} keys", name)
        for key, text in value.items():
            if not isinstance(text, str):
                raise invalid_request("Metadata values must be strings", f"{name}[{key}]")
            if len(key) > METADATA_KEY_LENGTH:
                raise invalid_request(
                    f"Metadata keys can have up to {METADATA_KEY_LENGTH} characters", name
                )
            if len(text) > METADATA_LENGTH:
                raise invalid_request(
                    f"Metadata values can have up to {METADATA_LENGTH} characters, "
                    f"but you passed in one of {len(text)}",
                    f"{name}[{key}]",
                )
        return {key: str(text) for key, text in value.items()}


class ListOf(Parameter):
    """Values of one kind, by position or by ``[]``."""

    def __init__(self, each: Parameter, *, required: bool = False, most: int = 100) -> None:
        super().__init__(required=required)
        self.each = each
        self.most = most

    def read(self, value: FormValue, name: str) -> list[Any]:
        if not isinstance(value, dict) or not all(key.isdecimal() for key in value):
            raise invalid_request("Invalid array", name)
        if len(value) > self.most:
            raise invalid_request(f"Array too long: at most {self.most} elements", name)
        positions = sorted(value, key=int)
        return [self.each.parse(value[at], f"{name}[{at}]") for at in positions]


class Record(Parameter):
    """A hash with declared fields; anything else in it is refused."""

    def __init__(self, fields: Fields, *, required: bool = False) -> None:
        super().__init__(required=required)
        self.fields = fields

    def read(self, value: FormValue, name: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise invalid_request("Invalid object", name)
        return read_fields(self.fields, value, name)


class Moments(Record):
    """A unix time, or a range of them by gt, gte, lt, lte: what ``created`` filters take."""

    def __init__(self) -> None:
        super().__init__({side: Integer() for side in ("gt", "gte", "lt", "lte")})

    def read(self, value: FormValue, name: str) -> dict[str, Any]:
        if isinstance(value, str):
            exact = Integer().read(value, name)
            return {"gte": exact, "lte": exact}
        return super().read(value, name)


def parse_parameters(fields: Fields, tree: FormTree) -> dict[str, Any]:
    """Return what was sent, typed; a name is absent when it was not sent.

    Raises:
        StripeError: marked as not replayable, since the operation has not begun.
    """
    try:
        return read_fields(fields, tree, "")
    except StripeError as refusal:
        refusal.replayable = False
        raise


def read_fields(fields: Fields, tree: FormTree, prefix: str) -> dict[str, Any]:
    """Return the typed fields of one hash; unknown names are refused before missing ones."""

    def full(name: str) -> str:
        return f"{prefix}[{name}]" if prefix else name

    unknown = [full(name) for name in tree if name not in fields]
    if unknown:
        plural = "s" if len(unknown) > 1 else ""
        message = f"Received unknown parameter{plural}: {', '.join(unknown)}"
        raise invalid_request(message, unknown[0], "parameter_unknown")
    for name, field in fields.items():
        if field.required and name not in tree:
            raise missing(full(name))
    return {name: fields[name].parse(value, full(name)) for name, value in tree.items()}


def _either(choices: Sequence[str]) -> str:
    *others, last = choices
    if len(others) > 1:
        return ", ".join(others) + f", or {last}"
    return " or ".join(choices)
