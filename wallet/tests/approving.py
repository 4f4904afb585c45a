"""A process that decides on requests; the tests of approvals start several at once.

`python -m wallet.tests.approving VERB WHO REQUEST…` says `ready`, waits for a line, decides on
each request, and prints what became of it: a status, or the code of a refusal. The verb `ask`
asks for 600 credits in the wallet of each request instead.
"""

from __future__ import annotations

import os
import sys

import django

if __name__ == "__main__":
    django.setup()
    from creditsite.accounts.models import User
    from creditsite.kernel.errors import DomainError
    from wallet.actions import Posting, approve_request, decline_request, withdraw_request
    from wallet.models import ApprovalRequest
    from wallet.tests.approvals import adjustment, ask

    verb, who, *keys = sys.argv[1:]
    person = User.objects.get(pk=int(who))
    print("ready", flush=True)  # noqa: T201
    sys.stdin.readline()
    for key in keys:
        request = ApprovalRequest.objects.get(pk=int(key))
        try:
            if verb == "ask":
                assert request.wallet
                small = ask(request.wallet, person, adjustment("600"), f"{os.getpid()}-{key}")
                answer = "posted" if isinstance(small, Posting) else "waiting"
            elif verb == "withdraw":
                done = withdraw_request(request=request, reason="r", operator=person)
                answer = done.status
            else:
                decide = {"approve": approve_request, "decline": decline_request}[verb]
                answer = decide(request=request, reason="r", approver=person).status
        except DomainError as refusal:
            answer = refusal.code
        print(answer, flush=True)  # noqa: T201
