"""One account's state: everything the sandbox knows under one secret key."""

import contextlib
import hashlib
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from stripe_sandbox.errors import StripeError, no_such
from stripe_sandbox.identifiers import kind_of
from stripe_sandbox.switches import Switches

Object = dict[str, Any]

SECRET_KEY = re.compile(r"(sk|rk)_test_[A-Za-z0-9]{16,}")


@dataclass
class Account:
    """Objects by kind and id, oldest first, as the API shows them, and what belongs to them."""

    key: str
    switches: Switches
    created: int
    objects: dict[str, dict[str, Object]] = field(default_factory=dict)
    # What the sandbox remembers of an object and Stripe does not show: secrets, line items.
    details: dict[str, Object] = field(default_factory=dict)
    deliveries: dict[str, Object] = field(default_factory=dict)
    # Jobs due at a time, the earliest first: {"at", "job", "object", "clock"}.
    agenda: list[Object] = field(default_factory=list)
    answers: dict[str, Object] = field(default_factory=dict)
    # How far the account's clock is ahead of the machine's, in seconds.
    ahead: float = 0.0
    # Where the account's clock stands, in place of going on with the machine's.
    stands_at: float | None = None
    # Where it was last reached at: pages made later, by timed jobs, have their address there.
    base_url: str = ""
    # While a timed job runs, its clock stands at the job's own time.
    _standing: dict[str | None, float] = field(default_factory=dict, repr=False)
    # What decides about chances and shuffling; the switch ``seed`` begins it anew.
    chances: Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.chances = Random(self.switches.seed)

    def time(self, clock: str | None = None) -> float:
        """Return the moment by a test clock, or by the account's own."""
        if clock in self._standing:
            return self._standing[clock]
        if clock is None:
            return time.time() + self.ahead if self.stands_at is None else self.stands_at
        return float(self.of_kind("test_helpers.test_clock")[clock]["frozen_time"])

    def move(self, seconds: float) -> None:
        """Move the account's own clock, whether it goes or stands."""
        if self.stands_at is None:
            self.ahead += seconds
        else:
            self.stands_at += seconds

    def stop_at(self, moment: float | None) -> None:
        """Have the account's own clock stand at a moment; None: go on from where it stands."""
        if moment is None and self.stands_at is not None:
            self.ahead = self.stands_at - time.time()
        self.stands_at = moment

    @contextlib.contextmanager
    def standing_at(self, clock: str | None, moment: float) -> Iterator[None]:
        """Stop a clock at a moment for a while."""
        self._standing[clock] = moment
        try:
            yield
        finally:
            del self._standing[clock]

    @property
    def id(self) -> str:
        """The account's id; the same for a key in every run."""
        return "acct_1" + hashlib.sha256(self.key.encode()).hexdigest()[:15]

    def of_kind(self, kind: str) -> dict[str, Object]:
        """Return the objects of one kind by id."""
        return self.objects.setdefault(kind, {})

    def add(self, thing: Object) -> Object:
        """Keep a new object."""
        self.of_kind(thing["object"])[thing["id"]] = thing
        return thing

    def details_of(self, object_id: str) -> Object:
        """Return the unseen part of an object, to read or to change."""
        return self.details.setdefault(object_id, {})

    def get(
        self, kind: str, object_id: str, param: str | None = None, *, gone_too: bool = False
    ) -> Object:
        """Return an object.

        Args:
            param: the parameter that named it; without one it came from the URL.
            gone_too: a deleted customer's stub counts as found.

        Raises:
            StripeError: ``resource_missing``, 404 for the URL's id, 400 for a parameter.
        """
        thing = self.of_kind(kind).get(object_id)
        if thing is None or (thing.get("deleted") and not gone_too):
            raise no_such(kind, object_id, param or "id", 400 if param else 404)
        return thing

    def find(self, object_id: str) -> Object | None:
        """Return any object by its id alone."""
        kind = kind_of(object_id)
        return self.of_kind(kind).get(object_id) if kind else None

    def change_switches(self, wanted: Mapping[str, Any]) -> None:
        """Change some switches.

        Raises:
            WrongSwitches: for unknown names or values out of range; nothing is changed.
        """
        self.switches = self.switches.changed(wanted)
        if "seed" in wanted:
            self.chances.seed(self.switches.seed)

    def clear(self) -> None:
        """Forget everything, moved time too; switches stay."""
        for part in (self.objects, self.details, self.deliveries, self.agenda, self.answers):
            part.clear()
        self.ahead, self.stands_at = 0.0, None

    def dump(self) -> Object:
        """Return the state as JSON values."""
        return {
            "key": self.key,
            "switches": self.switches.dump(),
            "created": self.created,
            "objects": self.objects,
            "details": self.details,
            "deliveries": self.deliveries,
            "agenda": self.agenda,
            "answers": self.answers,
            "ahead": self.ahead,
            "stands_at": self.stands_at,
            "base_url": self.base_url,
        }

    @classmethod
    def load(cls, state: Object) -> "Account":
        """Return the account that ``dump`` described."""
        state["agenda"].sort(key=lambda entry: float(entry["at"]))
        return cls(**(state | {"switches": Switches(**state["switches"])}))


def check_key(key: str) -> None:
    """Refuse a key that is no test key.

    Raises:
        StripeError: 401.
    """
    if key.startswith(("sk_live_", "rk_live_")):
        raise StripeError(
            401, "This is a local sandbox: live keys are refused here.", replayable=False
        )
    if not SECRET_KEY.fullmatch(key):
        shown = key[:8].ljust(len(key), "*")
        raise StripeError(401, f"Invalid API Key provided: {shown}", replayable=False)
