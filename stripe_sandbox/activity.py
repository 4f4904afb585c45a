"""What is being done in one account: for a request, on a page, or when its time has come."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.clocks import clock_of, time_of
from stripe_sandbox.events import event_of, family_of, record
from stripe_sandbox.sandbox import Origin, Sandbox


@dataclass
class Activity:
    """Tells events, reads the clock and plans jobs on behalf of whoever acts.

    ``origin`` is the API request that acts; it is empty for pages and timed jobs.
    """

    sandbox: Sandbox
    account: Account
    origin: Origin = field(default_factory=Origin)
    _held: list[Object] | None = field(default=None, init=False, repr=False)

    def now(self, thing: Object | None = None) -> int:
        """Return the time in whole seconds, as an object of this customer would show it."""
        return int(time_of(self.account, thing))

    def plan(self, at: float, job: str, thing: Object) -> None:
        """Plan a job for an object, at a time of the object's own clock."""
        clock = clock_of(self.account, thing)
        self.sandbox.agenda.add(self.account, at, job, thing["id"], clock)

    def plan_in(self, seconds: float, job: str, thing: Object) -> None:
        """Plan a job for an object, some seconds from now."""
        self.plan(time_of(self.account, thing) + seconds, job, thing)

    def plan_soon(self, seconds: float, job: str, thing: Object) -> None:
        """Plan a job for an object after real seconds, which pass while its test clock stands.

        Banks and Stripe's own late answers come so; what a calendar rules is planned by ``plan``.
        """
        self.sandbox.agenda.add(self.account, self.account.time() + seconds, job, thing["id"], None)

    def emit(self, event_type: str, thing: Object, previous: Object | None = None) -> None:
        """Record an event about an object as it is now, and begin its deliveries.

        Args:
            previous: for ``*.updated``, the object as it was before.
        """
        event = event_of(event_type, thing, previous, self.origin, self.now(thing))
        if self._held is None:
            record(self.sandbox, self.account, event)
        else:
            self._held.append(event)

    def emit_updated(self, thing: Object, before: Object) -> None:
        """Emit ``<family>.updated`` when the object differs from what it was."""
        if thing != before:
            self.emit(f"{family_of(thing)}.updated", thing, before)

    @contextlib.contextmanager
    def told_in_order(self, *event_types: str, untold: str | None = None) -> Iterator[None]:
        """Hold events back, and record them at the end in this order, which is Stripe's.

        A type that is not named comes last. What they show is the moment they were emitted at.

        Args:
            untold: events of this type are dropped: another one tells it all.
        """
        if self._held is not None:  # the outer order decides
            yield
            return
        self._held = []
        try:
            yield
        finally:
            held, self._held = self._held, None
            rank = {event_type: at for at, event_type in enumerate(event_types)}
            held.sort(key=lambda event: rank.get(event["type"], len(rank)))
            for event in held:
                if event["type"] != untold:
                    record(self.sandbox, self.account, event)
