"""Deliver events to webhook endpoints, with retries, each endpoint by itself."""

import asyncio
import json
import time
from collections.abc import Callable, Iterable

import httpx

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.identifiers import random_text
from stripe_sandbox.signatures import signature_header

REMEMBERED = 2000
SUCCESS = range(200, 300)


class Courier:
    """One task for each pending delivery; tries at one endpoint are bounded, endpoints are
    independent of each other. A delivery ends as delivered, failed (tries used up) or
    cancelled (endpoint deleted or disabled).
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._tasks: set[asyncio.Task[None]] = set()
        self._slots: dict[tuple[str, int], asyncio.Semaphore] = {}
        self._client: httpx.AsyncClient | None = None

    async def start(self, accounts: Iterable[Account]) -> None:
        """Open the client and take up pending deliveries."""
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=20)
        # trust_env: a proxy of the machine must not get what is meant for its neighbour.
        self._client = httpx.AsyncClient(limits=limits, trust_env=False)
        for account in accounts:
            for delivery in list(account.deliveries.values()):
                self._begin(account, delivery)

    async def stop(self) -> None:
        """Cut off what is under way; it stays pending."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._client:
            await self._client.aclose()

    def send(self, account: Account, event: Object, endpoint: Object) -> Object:
        """Deliver an event to an endpoint in the background, and return the delivery."""
        delivery: Object = {
            "id": "dlv_" + random_text(16),
            "event": event["id"],
            "type": event["type"],
            "endpoint": endpoint["id"],
            "url": endpoint["url"],
            "state": "pending",
            "tries": [],
            "created": time.time(),
            "next_try": time.time(),
        }
        account.deliveries[delivery["id"]] = delivery
        self._forget_old(account)
        self._begin(account, delivery)
        return delivery

    def _begin(self, account: Account, delivery: Object) -> None:
        if delivery["state"] == "pending":
            task = asyncio.get_running_loop().create_task(self._carry(account, delivery))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _carry(self, account: Account, delivery: Object) -> None:
        while delivery["state"] == "pending":
            await asyncio.sleep(max(0.0, delivery["next_try"] - time.time()))
            async with self._slot(account, delivery["endpoint"]):
                endpoint = account.of_kind("webhook_endpoint").get(delivery["endpoint"])
                event = account.of_kind("event").get(delivery["event"])
                if endpoint is None or event is None or endpoint["status"] != "enabled":
                    delivery |= {"state": "cancelled", "next_try": None}
                else:
                    await self._try(account, delivery, event, endpoint)
            self._changed()

    async def _try(
        self, account: Account, delivery: Object, event: Object, endpoint: Object
    ) -> None:
        body = json.dumps(event | {"pending_webhooks": pending_of(account, event["id"])}, indent=2)
        started = time.time()
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


def pending_of(account: Account, event_id: str) -> int:
    """Return to how many endpoints an event is still to be delivered."""
    waiting = {
        delivery["endpoint"]
        for delivery in account.deliveries.values()
        if delivery["event"] == event_id and delivery["state"] == "pending"
    }
    return len(waiting)
