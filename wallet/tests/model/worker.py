"""A process that works on wallets; the concurrency tests start several at once.

`python -m wallet.tests.model.worker MODE NAME WALLET…` says `ready`, waits for a line, works as
`work` says, and prints what it was answered. What the ledger refuses is part of the work; any
other error ends the process.
"""

from __future__ import annotations

import sys

import django

if __name__ == "__main__":
    django.setup()
    from wallet.tests.model.work import MODES

    mode, name, *wallets = sys.argv[1:]
    print("ready", flush=True)  # noqa: T201
    sys.stdin.readline()
    MODES[mode](name, [int(wallet) for wallet in wallets])
