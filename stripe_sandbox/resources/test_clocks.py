"""``/v1/test_helpers/test_clocks``: times of their own for a few customers."""

from typing import Any

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.billing.periods import latest_after
from stripe_sandbox.clocks import TEST_CLOCK
from stripe_sandbox.errors import invalid_request
from stripe_sandbox.identifiers import new_id
from stripe_sandbox.moving_time import DAY, begin_to_advance
from stripe_sandbox.operations import Call, operation
from stripe_sandbox.pagination import PAGE, list_kind
from stripe_sandbox.parameters import Integer, Text

LIFETIME = 30 * DAY
# How many intervals of its shortest subscription a clock may be moved ahead at once.
MOST_INTERVALS = 2


@operation(
    "POST",
    "/v1/test_helpers/test_clocks",
    {"frozen_time": Integer(required=True), "name": Text(longest=300)},
    not_yet=("customer",),
)
def create_test_clock(call: Call) -> Object:
    """Make a clock that stands at a time until it is advanced."""
    now = call.now()
    clock = call.account.add(
        {
            "id": new_id(TEST_CLOCK),
            "object": TEST_CLOCK,
            "created": now,
            "deletes_after": now + LIFETIME,
            "frozen_time": call.sent["frozen_time"],
            "livemode": False,
            "name": call.sent.get("name"),
            "status": "ready",
            "status_details": {},
        }
    )
    call.emit("test_helpers.test_clock.created", clock)
    return clock


@operation("GET", "/v1/test_helpers/test_clocks/{test_clock}")
def get_test_clock(call: Call) -> Object:
    """Return a test clock."""
    return call.account.get(TEST_CLOCK, call.ids["test_clock"])


@operation(
    "POST",
    "/v1/test_helpers/test_clocks/{test_clock}/advance",
    {"frozen_time": Integer(required=True)},
)
def advance_test_clock(call: Call) -> Object:
    """Begin to move a clock; read it again until its status is ``ready``."""
    clock = call.account.get(TEST_CLOCK, call.ids["test_clock"])
    wanted = call.sent["frozen_time"]
    if clock["status"] != "ready":
        raise invalid_request("The test clock is still advancing; wait until it is ready.")
    if wanted <= clock["frozen_time"]:
        raise invalid_request(
            "A test clock can only be moved to a time after its frozen_time.", "frozen_time"
        )
    if wanted > _furthest(call.account, clock):
        raise invalid_request(
            f"A test clock can be moved at most {MOST_INTERVALS} intervals of its shortest "
            "subscription ahead at once; go there in several steps.",
            "frozen_time",
        )
    begin_to_advance(call, clock, wanted)
    return clock


def _furthest(account: Account, clock: Object) -> float:
    rhythms: list[Any] = [
        subscription["items"]["data"][0]["price"]["recurring"]
        for subscription in account.of_kind("subscription").values()
        if subscription["test_clock"] == clock["id"] and subscription["status"] != "canceled"
    ]
    ends = [latest_after(clock["frozen_time"], rhythm, MOST_INTERVALS) for rhythm in rhythms]
    return min(ends, default=float("inf"))


@operation("DELETE", "/v1/test_helpers/test_clocks/{test_clock}")
def delete_test_clock(call: Call) -> Object:
    """Delete a clock with its customers and all that belongs to them."""
    account = call.account
    clock = account.get(TEST_CLOCK, call.ids["test_clock"])
    own = {c["id"] for c in account.of_kind("customer").values() if _lives_by(c, clock)}
    account.agenda[:] = [entry for entry in account.agenda if entry["clock"] != clock["id"]]
    for kind, things in account.objects.items():
        for thing_id, thing in list(things.items()):
            if kind not in ("event", TEST_CLOCK) and (
                thing_id in own or thing.get("customer") in own or _lives_by(thing, clock)
            ):
                del things[thing_id]
    call.emit("test_helpers.test_clock.deleted", clock)
    del account.of_kind(TEST_CLOCK)[clock["id"]]
    return {"id": clock["id"], "object": TEST_CLOCK, "deleted": True}


def _lives_by(thing: Object, clock: Object) -> bool:
    return bool(thing.get("test_clock") == clock["id"])


@operation("GET", "/v1/test_helpers/test_clocks", PAGE)
def list_test_clocks(call: Call) -> Object:
    """Return test clocks, newest first."""
    return list_kind(call, TEST_CLOCK)
