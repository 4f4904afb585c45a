"""The sandbox as a whole: accounts, time, timed jobs, deliveries, and saving."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from stripe_sandbox.accounts import Account, Object, check_key
from stripe_sandbox.agenda import Agenda
from stripe_sandbox.courier import Courier
from stripe_sandbox.identifiers import kind_of
from stripe_sandbox.request_log import RequestLog
from stripe_sandbox.state_file import StateFile
from stripe_sandbox.switches import Switches


@dataclass(frozen=True)
class Origin:
    """The API request that caused an event; empty for pages and timed jobs."""

    request_id: str | None = None
    idempotency_key: str | None = None


class Sandbox:
    """All state. Everything that changes it runs on the event loop without awaiting in between,
    so that each operation is atomic: two payments of one session cannot interleave.
    """

    def __init__(self, state_path: Path | None = None, switches: Switches | None = None) -> None:
        self.switches = switches or Switches()
        self.accounts: dict[str, Account] = {}
        self.requests = RequestLog()
        self.courier = Courier(self.changed)
        self.agenda = Agenda(self)
        self.state_file = StateFile(state_path, self) if state_path else None

    def account(self, key: str) -> Account:
        """Return the account of a secret key, made at its first use.

        Raises:
            StripeError: 401 when it is no test key.
        """
        check_key(key)
        if key not in self.accounts:
            self.accounts[key] = Account(key, self.switches, int(time.time()))
        return self.accounts[key]

    def owner_of(self, object_id: str) -> tuple[Account, Object] | None:
        """Return an object and its account by id alone; ids are unique across accounts."""
        kind = kind_of(object_id)
        for account in self.accounts.values():
            thing = account.of_kind(kind).get(object_id) if kind else None
            if thing is not None:
                return account, thing
        return None

    def empty(self, account: Account) -> None:
        """Forget all that an account has; its switches stay, and the log of requests goes on."""
        self.courier.cancel(account)
        account.clear()
        self.changed()

    def changed(self) -> None:
        """Note that the state differs from the file."""
        if self.state_file:
            self.state_file.save_soon()

    def each_account(self) -> Iterator[Account]:
        """Yield the accounts; safe while new ones are made."""
        yield from list(self.accounts.values())

    async def start(self) -> None:
        """Take up what was left: state, unfinished deliveries, due jobs."""
        if self.state_file:
            self.state_file.load()
        await self.courier.start(self.each_account())
        self.agenda.start()

    async def stop(self) -> None:
        """End all work and save. A delivery under way is cut off and tried again next time."""
        await self.agenda.stop()
        await self.courier.stop()
        if self.state_file:
            await self.state_file.stop()
