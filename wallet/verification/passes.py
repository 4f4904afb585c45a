"""One pass over a range of wallets checks several rules at once."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """A rule by its name in reports, what is said where it is broken, and when that is.

    `broken` is an SQL condition on the pass's rows. `says` may use `{id}`, the third number of
    the pass's `place`.
    """

    name: str
    says: str
    broken: str


@dataclass(frozen=True)
class Pass:
    """Rules that are checked on the same rows.

    `place` is an SQL array of the wallet, the sequence of the entry (0: none) and, where it helps,
    a number that names the row. `rows` names the rows of the wallets between `first` and `last`;
    it may use `reads_draws`, which is false where some draws can't be read.
    """

    rows: str
    place: str
    rules: tuple[Rule, ...]

    @property
    def statement(self) -> str:
        """One row: how many rows there are, then for each rule the first place it is broken."""
        firsts = ", ".join(
            f"min({self.place}) FILTER (WHERE {rule.broken}) AS {rule.name}" for rule in self.rules
        )
        return f"SELECT count(*), {firsts} {self.rows}"
