"""A process that works on disputes; the concurrency tests start several at once.

`python -m disputes.tests.worker MODE WHO DISPUTE…` says `ready`, waits for a line, does what
`MODES` says with each, and prints what it was answered: a word, or the code of a refusal.
"""

from __future__ import annotations

import sys

import django

if __name__ == "__main__":
    django.setup()
    from creditsite.kernel.errors import DomainError
    from disputes.tests.work import MODES

    mode, who, *keys = sys.argv[1:]
    print("ready", flush=True)  # noqa: T201
    sys.stdin.readline()
    for key in keys:
        try:
            answer = MODES[mode](int(who), int(key))
        except DomainError as refusal:
            answer = refusal.code
        print(answer, flush=True)  # noqa: T201
