"""A process that settles a compensation; the tests of compensations start several at once.

`python -m wallet.tests.compensating VERB WHO ID` says `ready`, waits for a line, works, and
prints what became of it. `settle` settles the compensation, and says so after each step; `ask`
asks for one of the incident that the compensation is about; `approve` decides on its request.
"""

from __future__ import annotations

import sys

import django

if __name__ == "__main__":
    django.setup()
    from creditsite.accounts.models import User
    from creditsite.kernel.errors import DomainError
    from wallet.actions import approve_request, compensate_some
    from wallet.models import ApprovalRequest, Compensation
    from wallet.tests.incidents import compensation

    verb, who, key = sys.argv[1:]
    person, asked = User.objects.get(pk=int(who)), Compensation.objects.get(pk=int(key))
    print("ready", flush=True)  # noqa: T201
    sys.stdin.readline()
    try:
        if verb == "settle":
            while compensate_some(compensation=asked):
                print("step", flush=True)  # noqa: T201
        elif verb == "approve":
            request = ApprovalRequest.objects.get(compensation=asked)
            done = approve_request(request=request, reason="r", approver=person)
            print(done.status, flush=True)  # noqa: T201
        else:
            new = compensation(person, incident=asked.incident, key=f"of {who}")
            while compensate_some(compensation=new):
                pass
            print("asked", flush=True)  # noqa: T201
    except DomainError as refusal:
        print(refusal.code, flush=True)  # noqa: T201
