"""A shop's webhook address that can be told how to answer."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PATIENCE = 10.0


@dataclass(frozen=True)
class Received:
    """One delivery as it came in."""

    path: str
    body: bytes
    signature: str
    at: float

    @property
    def event(self) -> dict[str, Any]:
        """The event in the body."""
        event: dict[str, Any] = json.loads(self.body)
        return event


class Receiver:
    """Listens on a free port until closed; answers ``statuses`` in turn, then 200."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.statuses: list[int] = []
        self.seconds_to_answer: Callable[[str], float] = lambda path: 0.0
        self.under_way = 0
        self.most_under_way = 0
        self._news = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def wait_for(
        self, enough: Callable[[list[Received]], bool], patience: float = PATIENCE
    ) -> list[Received]:
        """Return what came in, once that is enough."""
        deadline = time.monotonic() + patience
        with self._news:
            while not enough(self.received):
                left = deadline - time.monotonic()
                assert left > 0, f"came in: {[each.event['type'] for each in self.received]}"
                self._news.wait(left)
            return list(self.received)

    def wait_for_types(self, *types: str) -> list[Received]:
        """Return what came in, once every one of these event types did."""
        return self.wait_for(lambda came: set(types) <= {each.event["type"] for each in came})

    def _take(self, path: str, body: bytes, signature: str) -> int:
        with self._news:
            self.under_way += 1
            self.most_under_way = max(self.most_under_way, self.under_way)
        time.sleep(self.seconds_to_answer(path))
        with self._news:
            self.under_way -= 1
            self.received.append(Received(path, body, signature, time.time()))
            self._news.notify_all()
            return self.statuses.pop(0) if self.statuses else 200

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = receiver._take(self.path, body, self.headers["Stripe-Signature"])
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *arguments: object) -> None:
                pass

        return Handler
