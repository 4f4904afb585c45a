"""Keep the sandbox's state in a file that is always whole."""

import asyncio
import contextlib
import json
import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING

from stripe_sandbox.accounts import Account

if TYPE_CHECKING:
    from stripe_sandbox.sandbox import Sandbox

logger = logging.getLogger(__name__)

FORMAT = 1
SAVE_AFTER = 0.4


class UnusableState(Exception):
    """The file exists and is not a sandbox's state; it is left untouched."""


class StateFile:
    """Load at start; save shortly after changes and at the end."""

    def __init__(self, path: Path, sandbox: "Sandbox") -> None:
        self.path = path
        self.sandbox = sandbox
        self._pending: asyncio.Task[None] | None = None
        self._hurry = asyncio.Event()
        self._dirty = False

    def load(self) -> None:
        """Read the file when there is one.

        Raises:
            UnusableState: with a sentence for the person who starts the program.
        """
        try:
            state = json.loads(self.path.read_bytes())
            if state["format"] != FORMAT:
                raise ValueError(f"format {state['format']} is not {FORMAT}")
            accounts = [Account.load(each) for each in state["accounts"]]
        except FileNotFoundError:
            return
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise UnusableState(f"cannot read the state file {self.path}: {error}") from error
        self.sandbox.accounts = {account.key: account for account in accounts}

    def save_soon(self) -> None:
        """Save within half a second; many changes share one save."""
        self._dirty = True
        if self._pending is None or self._pending.done():
            self._pending = asyncio.get_running_loop().create_task(self._save_later())

    async def stop(self) -> None:
        """Save now, after a save that is under way."""
        self._hurry.set()
        if self._pending:
            await self._pending
        if self._dirty:
            self._write(self._snapshot())

    async def _save_later(self) -> None:
        while self._dirty:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._hurry.wait(), SAVE_AFTER)
            self._dirty = False
            try:
                await asyncio.to_thread(self._write, self._snapshot())
            except OSError:
                self._dirty = True
                logger.exception("The state was not saved in %s.", self.path)
                return

    def _snapshot(self) -> bytes:
        accounts = [account.dump() for account in self.sandbox.each_account()]
        return json.dumps({"format": FORMAT, "accounts": accounts}).encode()

    def _write(self, content: bytes) -> None:
        draft = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self.path)
        finally:
            draft.unlink(missing_ok=True)
