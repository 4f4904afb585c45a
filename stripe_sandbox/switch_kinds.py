"""The kinds of values that switches take, from JSON or from the fields of a form."""

from collections.abc import Mapping
from typing import Any

YEAR = 366 * 24 * 3600
MOST_TIMES = 1_000_000
OFTEN = {"times", "chance"}


class Kind:
    """One kind of value.

    A value is one field of a form unless ``texts`` and ``read`` say otherwise; ``control``
    names the part of the form's template.
    """

    control = "text"

    def check(self, value: Any) -> Any:
        """Return the value as it is kept.

        Raises:
            ValueError: with what it must be, to be read after the switch's name.
        """
        raise NotImplementedError

    def read(self, form: Mapping[str, str], name: str) -> Any:
        """Return what a form's fields say; nonsense is returned as it is, for ``check``."""
        return form.get(name, "").strip()

    def texts(self, value: Any, name: str) -> dict[str, str]:
        """Return what a form's fields hold for a value."""
        return {name: "" if value is None else f"{value}"}


class Number(Kind):
    """A number from 0 on."""

    def __init__(self, unit: str, most: float = YEAR) -> None:
        self.unit = unit
        self.most = most

    def check(self, value: Any) -> float:
        if type(value) not in (int, float) or not 0 <= value <= self.most:
            raise ValueError(f"must be a number of {self.unit}, from 0 to {self.most}")
        number: float = value
        return number

    def read(self, form: Mapping[str, str], name: str) -> Any:
        return _number(super().read(form, name))

    def texts(self, value: Any, name: str) -> dict[str, str]:
        return {name: f"{value:g}"}


class Numbers(Kind):
    """A list of numbers from 0 on; in a form with commas between them."""

    def __init__(self, unit: str, longest: int = 50) -> None:
        self.unit = unit
        self.longest = longest

    def check(self, value: Any) -> list[float]:
        each = Number(self.unit)
        if not isinstance(value, list) or len(value) > self.longest:
            raise ValueError(f"must be a list of up to {self.longest} numbers of {self.unit}")
        for number in value:
            try:
                each.check(number)
            except ValueError as error:
                raise ValueError(f"must hold only numbers; each {error}") from error
        return list(value)

    def read(self, form: Mapping[str, str], name: str) -> Any:
        text = super().read(form, name)
        return [_number(part.strip()) for part in text.split(",")] if text else []

    def texts(self, value: Any, name: str) -> dict[str, str]:
        return {name: ", ".join(f"{number:g}" for number in value)}


class Whole(Kind):
    """A whole number; perhaps none."""

    def __init__(self, least: int, most: int, *, optional: bool = False) -> None:
        self.least = least
        self.most = most
        self.optional = optional

    def check(self, value: Any) -> int | None:
        if value is None and self.optional:
            return None
        if type(value) is not int or not self.least <= value <= self.most:
            raise ValueError(f"must be a whole number from {self.least} to {self.most}")
        return value

    def read(self, form: Mapping[str, str], name: str) -> Any:
        text = super().read(form, name)
        return None if self.optional and not text else _number(text)


class YesNo(Kind):
    """On or off."""

    control = "checkbox"

    def check(self, value: Any) -> bool:
        if type(value) is not bool:
            raise ValueError("must be true or false")
        return value

    def read(self, form: Mapping[str, str], name: str) -> bool:
        return bool(form.get(name))

    def texts(self, value: Any, name: str) -> dict[str, str]:
        return {name: "on"} if value else {}


class Choice(Kind):
    """One of a few words."""

    control = "choice"

    def __init__(self, *choices: str) -> None:
        self.choices = choices

    def check(self, value: Any) -> str:
        if not isinstance(value, str) or value not in self.choices:
            raise ValueError(f"must be one of {', '.join(self.choices)}")
        return value


class Fault(Kind):
    """A fault of the API: how often, and at which requests; or none.

    How often is ``times`` (the next so many requests, counted down as they come) or
    ``chance`` (of each request, above 0, up to 1). ``at`` begins the requests that are
    meant: ``""`` all, ``"POST"`` all of a method, ``"POST /v1/refunds"`` those of an address.
    """

    control = "fault"

    def __init__(self, statuses: tuple[int, ...] = (), at: str = "") -> None:
        self.statuses = statuses
        self.at = at

    def check(self, value: Any) -> dict[str, Any] | None:
        if value is None:
            return None
        names = {*OFTEN, "at", *(["status"] if self.statuses else [])}
        if not isinstance(value, dict) or set(value) - names:
            raise ValueError(f"must be null or an object of {', '.join(sorted(names))}")
        if len(OFTEN & set(value)) != 1:
            raise ValueError("must say how often: either times or chance")
        if "times" in value:
            often = {"times": _checked_part("times", Whole(1, MOST_TIMES), value["times"])}
        else:
            often = {"chance": _checked_chance(value["chance"])}
        return self._checked_status(value) | often | {"at": self._checked_at(value)}

    def _checked_status(self, value: dict[str, Any]) -> dict[str, int]:
        if not self.statuses:
            return {}
        status = value.get("status")
        if type(status) is not int or status not in self.statuses:
            choices = ", ".join(map(str, self.statuses))
            raise ValueError(f"must have a status that is one of {choices}")
        return {"status": status}

    def _checked_at(self, value: dict[str, Any]) -> str:
        at = value.get("at", self.at)
        if not isinstance(at, str) or not at.startswith(self.at):
            example = "POST /v1/refunds"
            raise ValueError(f'must have an "at" that begins with "{self.at}", e.g. "{example}"')
        return at

    def read(self, form: Mapping[str, str], name: str) -> Any:
        parts = {part: super(Fault, self).read(form, f"{name}.{part}") for part in OFTEN}
        fault: dict[str, Any] = {part: _number(text) for part, text in parts.items() if text}
        if not fault:
            return None
        if self.statuses:
            fault["status"] = _number(super().read(form, f"{name}.status"))
        return fault | {"at": super().read(form, f"{name}.at")}

    def texts(self, value: Any, name: str) -> dict[str, str]:
        parts = value or {"at": self.at}
        return {f"{name}.{part}": f"{inner}" for part, inner in parts.items()}


def _checked_part(part: str, kind: Kind, value: Any) -> Any:
    try:
        return kind.check(value)
    except ValueError as error:
        raise ValueError(f"has {part} that {error}") from error


def _checked_chance(value: Any) -> float:
    if type(value) not in (int, float) or not 0 < value <= 1:
        raise ValueError("has a chance that must be above 0, and at most 1")
    return float(value)


def _number(text: str) -> Any:
    """Return the number a text is, or the text, which is then refused as no number."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
