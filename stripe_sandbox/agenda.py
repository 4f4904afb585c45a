"""Jobs that fall due at a time: late events, expiries."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from stripe_sandbox.accounts import Account

if TYPE_CHECKING:
    from stripe_sandbox.sandbox import Sandbox

Job = Callable[["Sandbox", Account, str], None]
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

    def add(self, account: Account, at: float, name: str, object_id: str) -> None:
        """Plan a job; one already overdue runs at the next turn of the loop."""
        account.agenda.append({"at": at, "job": name, "object": object_id})
        self._news.set()

    def start(self) -> None:
        """Begin to watch the time."""
        self._task = asyncio.get_running_loop().create_task(self._watch())

    async def stop(self) -> None:
        """End watching; what is planned stays planned."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def run_due(self) -> None:
        """Run every job whose time has come, the earliest first."""
        now = self.sandbox.clock.time()
        due = [
            (entry["at"], account, entry)
            for account in self.sandbox.each_account()
            for entry in account.agenda
            if entry["at"] <= now
        ]
        for _, account, entry in sorted(due, key=lambda planned: planned[0]):
            account.agenda.remove(entry)
            try:
                JOBS[entry["job"]](self.sandbox, account, entry["object"])
            except Exception:  # one broken job must not stop the clock for all others
                logger.exception("The job '%s' failed.", entry["job"])
            self.sandbox.changed()

    async def _watch(self) -> None:
        while True:
            self._news.clear()
            self.run_due()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), self._nap())

    def _nap(self) -> float:
        planned = [e["at"] for account in self.sandbox.each_account() for e in account.agenda]
        until_next = min(planned, default=float("inf")) - self.sandbox.clock.time()
        return max(0.0, min(LONGEST_NAP, until_next))
