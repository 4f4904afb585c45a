"""The curl examples of a page in docs/, sent as they stand there."""

from __future__ import annotations

import base64
import json
import re
import shlex
import urllib.error
import urllib.request
from typing import Any

# A comment with the status (and the problem's code) that the command under it is answered.
EXAMPLE = re.compile(r"^# (\d{3})(?: (\w+))?\n(curl (?:[^\n]|\n(?![#`]))*)", re.MULTILINE)


def examples_of(page: str) -> list[tuple[int, str, str]]:
    """Return status, code and command of each example, and see to it that none is left out."""
    found = [(int(status), code, command) for status, code, command in EXAMPLE.findall(page)]
    assert len(found) == page.count("\ncurl ") > 0
    return found


def answer_of(command: str, site: str) -> tuple[int, dict[str, Any]]:
    """Send what a curl command would send to ``localhost`` to another address."""
    words = shlex.split(command.replace("\\\n", " "))
    options: dict[str, list[str]] = {"-H": [], "-d": [], "-X": [], "-u": []}
    flags, address = set(), ""
    rest = iter(words[1:])
    for word in rest:
        if word in options:
            options[word].append(next(rest))
        elif word.startswith("-"):
            flags.add(word)
        else:
            address = re.sub(r"^localhost:\d+", site, word)
    body = "&".join(options["-d"])
    if "-G" in flags:
        address, body = f"{address}?{body}", ""
    headers = dict(header.split(": ", 1) for header in options["-H"])
    for user in options["-u"]:
        headers["Authorization"] = "Basic " + base64.b64encode(user.encode()).decode()
    request = urllib.request.Request(
        address,
        data=body.encode() if body or options["-X"] else None,
        headers=headers,
        method=options["-X"][0] if options["-X"] else None,
    )
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refusal:
        return refusal.code, json.load(refusal)
