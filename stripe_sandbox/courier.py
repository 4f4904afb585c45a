"""Deliver events to webhook endpoints, with retries, each endpoint by itself."""

import asyncio
import contextlib
import json
import time
from collections.abc import Callable, Iterable

import httpx

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.identifiers import random_text
from stripe_sandbox.signatures import signature_header

REMEMBERED = 2000
SUCCESS = range(200, 300)
STATES = ("pending", "delivered", "failed", "cancelled")


class Courier:
    """One task for each pending delivery; tries at one endpoint are bounded and begin in the
    order of the events, endpoints are independent of each other. A delivery ends as delivered,
    failed (tries used up) or cancelled (endpoint deleted or disabled).
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        # By the delivery's id.
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._under_way: set[str] = set()
        self._slots: dict[tuple[str, int], asyncio.Semaphore] = {}
        self._client: httpx.AsyncClient | None = None
        self._news = asyncio.Event()

    async def start(self, accounts: Iterable[Account]) -> None:
        """Open the client and take up pending deliveries."""
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=20)
        # trust_env: a proxy of the machine must not get what is meant for its neighbour.
        self._client = httpx.AsyncClient(limits=limits, trust_env=False)
        for account in accounts:
            for delivery in list(account.deliveries.values()):
                if delivery["state"] == "pending":
                    self._begin(account, delivery)

    async def stop(self) -> None:
        """Cut off what is under way; it stays pending."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._client:
            await self._client.aclose()

    def send(self, account: Account, event: Object, endpoint: Object) -> list[Object]:
        """Deliver an event to an endpoint in the background, and return the deliveries.

        There is one, unless the account's switches ask for duplicates.
        """
        deliveries = [
            _new_delivery(account, event, endpoint) for _ in range(account.switches.duplicate)
        ]
        for delivery in deliveries:
            account.deliveries[delivery["id"]] = delivery
            self._begin(account, delivery)
        self._forget_old(account)
        return deliveries

    def cancel(self, account: Account, endpoint_id: str | None = None) -> None:
        """End an account's pending deliveries, to one endpoint or all; tries are cut off."""
        for delivery in account.deliveries.values():
            if delivery["state"] == "pending" and endpoint_id in (None, delivery["endpoint"]):
                delivery |= {"state": "cancelled", "next_try": None}
                if delivery["id"] in self._tasks:
                    self._tasks[delivery["id"]].cancel()
        self._tell_news()

    async def settle(
        self, account: Account, patience: float, retries_within: float
    ) -> list[Object]:
        """Wait until an account has nothing under way or due; return what is left, if any.

        Args:
            patience: the longest to wait, in seconds.
            retries_within: a delivery that was tried before counts when its next try is due
                in so many seconds; one that was not tried yet always counts.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                while self._unsettled(account, retries_within):
                    await self._news.wait()
        return self._unsettled(account, retries_within)

    def _unsettled(self, account: Account, retries_within: float) -> list[Object]:
        due = time.time() + retries_within
        return [
            delivery
            for delivery in account.deliveries.values()
            if delivery["state"] == "pending"
            and (
                not delivery["tries"]
                or delivery["id"] in self._under_way
                or delivery["next_try"] <= due
            )
        ]

    def _tell_news(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    def _begin(self, account: Account, delivery: Object) -> None:
        loop = asyncio.get_running_loop()
        # Fixed here and not in the task, so that equal waits end in the order of the events.
        due = loop.time() + max(0.0, delivery["next_try"] - time.time())
        task = loop.create_task(self._carry(account, delivery, due))
        self._tasks[delivery["id"]] = task
        task.add_done_callback(lambda _: self._tasks.pop(delivery["id"], None))

    async def _carry(self, account: Account, delivery: Object, due: float) -> None:
        while delivery["state"] == "pending":
            await _wait_until(due)
            async with self._slot(account, delivery["endpoint"]):
                endpoint = account.of_kind("webhook_endpoint").get(delivery["endpoint"])
                event = account.of_kind("event").get(delivery["event"])
                if endpoint is None or event is None or endpoint["status"] != "enabled":
                    delivery |= {"state": "cancelled", "next_try": None}
                else:
                    self._under_way.add(delivery["id"])
                    try:
                        await self._try(account, delivery, event, endpoint)
                    finally:
                        self._under_way.discard(delivery["id"])
            if delivery["next_try"]:
                due = asyncio.get_running_loop().time() + delivery["next_try"] - time.time()
            self._changed()
            self._tell_news()

    async def _try(
        self, account: Account, delivery: Object, event: Object, endpoint: Object
    ) -> None:
        body = json.dumps(event | {"pending_webhooks": pending_of(account, event["id"])}, indent=2)
        started = time.time()
        status: int | None = None
        error: str | None = "dropped"
        if len(delivery["tries"]) >= account.switches.drop_first:
            status, error = await self._post(account, endpoint, body.encode())
        delivery["tries"].append(
            {
                "at": started,
                "seconds": round(time.time() - started, 3),
                "status": status,
                "error": error,
            }
        )
        delays = account.switches.retry_delays
        made = len(delivery["tries"])
        if status in SUCCESS:
            delivery |= {"state": "delivered", "next_try": None}
        elif made > len(delays):
            delivery |= {"state": "failed", "next_try": None}
        else:
            delivery["next_try"] = time.time() + delays[made - 1]

    async def _post(
        self, account: Account, endpoint: Object, body: bytes
    ) -> tuple[int | None, str | None]:
        assert self._client is not None
        secret = account.details_of(endpoint["id"])["secret"]
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Stripe/1.0 (local sandbox)",
            "Stripe-Signature": signature_header(secret, body, int(time.time())),
        }
        try:
            async with asyncio.timeout(account.switches.delivery_timeout):
                answer = await self._client.post(
                    endpoint["url"], content=body, headers=headers, timeout=None
                )
        except TimeoutError:
            return None, "timeout"
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            return None, f"{type(error).__name__}: {error}"[:300]
        return answer.status_code, None

    def _slot(self, account: Account, endpoint_id: str) -> asyncio.Semaphore:
        # Keyed by size too, so that the switch takes effect for the tries that follow.
        size = account.switches.deliveries_at_once
        return self._slots.setdefault((endpoint_id, size), asyncio.Semaphore(size))

    def _forget_old(self, account: Account) -> None:
        surplus = len(account.deliveries) - REMEMBERED
        if surplus > 0:
            ended = [d["id"] for d in account.deliveries.values() if d["state"] != "pending"]
            for delivery_id in ended[:surplus]:
                del account.deliveries[delivery_id]


def _new_delivery(account: Account, event: Object, endpoint: Object) -> Object:
    switches = account.switches
    wait = switches.delivery_delay
    if switches.shuffle:
        wait += account.chances.uniform(0, switches.shuffle_window)
    now = time.time()
    return {
        "id": "dlv_" + random_text(16),
        "event": event["id"],
        "type": event["type"],
        "endpoint": endpoint["id"],
        "url": endpoint["url"],
        "state": "pending",
        "tries": [],
        "created": now,
        "next_try": now + wait,
    }


async def _wait_until(due: float) -> None:
    """Wait for a moment of the loop's clock."""
    rung = asyncio.Event()
    alarm = asyncio.get_running_loop().call_at(due, rung.set)
    try:
        await rung.wait()
    finally:
        alarm.cancel()


def pending_of(account: Account, event_id: str) -> int:
    """Return to how many endpoints an event is still to be delivered."""
    waiting = {
        delivery["endpoint"]
        for delivery in account.deliveries.values()
        if delivery["event"] == event_id and delivery["state"] == "pending"
    }
    return len(waiting)
