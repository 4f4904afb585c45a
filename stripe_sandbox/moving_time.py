"""Move the time: of an account, or of one test clock; everything due on the way happens."""

import asyncio
import math

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.activity import Activity
from stripe_sandbox.agenda import job
from stripe_sandbox.sandbox import Sandbox

ADVANCE_JOB = "advance test clock"
DAY = 24 * 3600
LONGEST_LEAP = 10 * 366 * DAY
# Seconds for which requests wait while much is due.
LONGEST_WORK = 0.02


async def advance_account(sandbox: Sandbox, account: Account, seconds: float) -> None:
    """Move an account's own clock ahead; objects that live by a test clock stay where they are.

    Requests are answered between the jobs that are due on the way, and find the account there.
    """
    agenda, loop, left = sandbox.agenda, asyncio.get_running_loop(), seconds
    rested = loop.time()
    while (at := agenda.run_next(account, None, account.time() + left)) is not None:
        step = min(left, max(0.0, at - account.time()))
        account.move(step)
        left -= step
        if loop.time() - rested > LONGEST_WORK:
            await asyncio.sleep(0)
            rested = loop.time()
    account.move(left)
    agenda.wake()
    sandbox.changed()


def advance_clock(activity: Activity, clock: Object, seconds: float) -> None:
    """Move a test clock ahead, however far, and have it arrive at once."""
    begin_to_advance(activity, clock, clock["frozen_time"] + math.ceil(seconds))
    account = activity.account
    activity.sandbox.agenda.run_until(account, None, account.time())


def begin_to_advance(activity: Activity, clock: Object, moment: int) -> None:
    """Set a test clock on its way; it is ready again a moment later."""
    clock |= {
        "status": "advancing",
        "status_details": {"advancing": {"target_frozen_time": moment}},
    }
    activity.emit("test_helpers.test_clock.advancing", clock)
    account = activity.account
    activity.sandbox.agenda.add(account, account.time(), ADVANCE_JOB, clock["id"], None)


@job(ADVANCE_JOB)
def advance_test_clock(activity: Activity, clock_id: str) -> None:
    """Let happen what is due by the clock, and stop it at its new time."""
    clock = activity.account.of_kind("test_helpers.test_clock").get(clock_id)
    if clock is None or clock["status"] != "advancing":
        return
    moment = clock["status_details"]["advancing"]["target_frozen_time"]
    activity.sandbox.agenda.run_until(activity.account, clock_id, moment)
    clock |= {"frozen_time": moment, "status": "ready", "status_details": {}}
    activity.emit("test_helpers.test_clock.ready", clock)
