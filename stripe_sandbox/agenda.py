"""Jobs that fall due at a time: late events, expiries."""

import asyncio
import bisect
import contextlib
import logging
from collections.abc import Callable
from itertools import islice
from typing import TYPE_CHECKING

from stripe_sandbox.accounts import Account

if TYPE_CHECKING:
    from stripe_sandbox.activity import Activity
    from stripe_sandbox.sandbox import Sandbox

Job = Callable[["Activity", str], None]
JOBS: dict[str, Job] = {}
LONGEST_NAP = 3600.0

logger = logging.getLogger(__name__)


def job(name: str) -> Callable[[Job], Job]:
    """Register what is to be done for an object when its time has come."""

    def register(action: Job) -> Job:
        JOBS[name] = action
        return action

    return register


class Agenda:
    """Runs the jobs of every account in the order of their times."""

    def __init__(self, sandbox: "Sandbox") -> None:
        self.sandbox = sandbox
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def add(
        self, account: Account, at: float, name: str, object_id: str, clock: str | None
    ) -> None:
        """Plan a job; one already overdue runs at the next turn of the loop.

        Args:
            clock: the test clock whose time is meant; none for the account's own.
        """
        planned = {"at": at, "job": name, "object": object_id, "clock": clock}
        bisect.insort(account.agenda, planned, key=lambda entry: float(entry["at"]))
        self.wake()

    def wake(self) -> None:
        """Look again at what is due next: something was planned, or a clock moved."""
        self._news.set()

    def start(self) -> None:
        """Begin to watch the time."""
        self._task = asyncio.get_running_loop().create_task(self._watch())

    async def stop(self) -> None:
        """End watching; what is planned stays planned."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def run_until(self, account: Account, clock: str | None, moment: float) -> None:
        """Run what falls due on a clock up to a moment, each job at its own time.

        Jobs that these jobs plan are run too, if they fall due by then.
        """
        while self.run_next(account, clock, moment) is not None:
            pass

    def run_next(self, account: Account, clock: str | None, moment: float) -> float | None:
        """Run the first job that falls due on a clock up to a moment, and return its time."""
        at = next((at for at, e in enumerate(account.agenda) if e.get("clock") == clock), None)
        if at is None or account.agenda[at]["at"] > moment:
            return None
        entry = account.agenda.pop(at)
        with account.standing_at(clock, entry["at"]):
            try:
                self._run(account, entry["job"], entry["object"])
            except Exception:  # one broken job must not stop the clock for all others
                logger.exception("The job '%s' failed.", entry["job"])
        self.sandbox.changed()
        return float(entry["at"])

    def run_due(self) -> None:
        """Run what is due by the accounts' own clocks."""
        for account in self.sandbox.each_account():
            self.run_until(account, None, account.time())

    def _run(self, account: Account, name: str, object_id: str) -> None:
        # An activity plans jobs, so its module stands on this one.
        from stripe_sandbox.activity import Activity

        JOBS[name](Activity(self.sandbox, account), object_id)

    async def _watch(self) -> None:
        while True:
            self._news.clear()
            self.run_due()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), self._nap())

    def _nap(self) -> float:
        """Return the seconds to the next job by an account's own clock."""
        waits = [LONGEST_NAP]
        for account in self.sandbox.each_account():
            own = (entry for entry in account.agenda if entry.get("clock") is None)
            waits += [entry["at"] - account.time() for entry in islice(own, 1)]
        return max(0.0, min(waits))
