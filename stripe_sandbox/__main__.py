"""Run the sandbox: ``python -m stripe_sandbox``."""

import argparse
import asyncio
import contextlib
import socket
import sys
from pathlib import Path

import uvicorn

from stripe_sandbox.app import create_app
from stripe_sandbox.state_file import UnusableState
from stripe_sandbox.switches import Switches

SHUTDOWN_SECONDS = 3


class Server(uvicorn.Server):
    """A server that says when it listens, and keeps the reason why it could not start."""

    def __init__(self, config: uvicorn.Config, address: str) -> None:
        super().__init__(config)
        self.address = address

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started:
            sys.stdout.write(f"Stripe sandbox ready on {self.address}\n")
            sys.stdout.flush()


def main(arguments: list[str] | None = None) -> int:
    """Serve until a signal ends it; return the exit code."""
    options = _read_options(arguments)
    try:
        listening = _listen(options.host, options.port)
    except OSError as error:
        reason = error.strerror or str(error)
        return _give_up(f"cannot listen on {options.host}:{options.port}: {reason}")
    try:
        switches = Switches().changed(_switches_from(options))
        app = create_app(options.state, switches)
        # Loading here rather than in the lifespan turns a broken file into one clear line.
        if app.state.sandbox.state_file:
            app.state.sandbox.state_file.load()
    except (UnusableState, ValueError) as error:
        listening.close()
        return _give_up(str(error))
    config = uvicorn.Config(
        app,
        access_log=False,
        log_level="warning",
        lifespan="on",
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )
    address = f"http://{options.host}:{listening.getsockname()[1]}"
    server = Server(config, address)
    with contextlib.suppress(KeyboardInterrupt):  # uvicorn passes it on after an orderly end
        asyncio.run(server.serve(sockets=[listening]))
    return 0 if server.started else 1


def _listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens; port 0 takes any free one."""
    listening = socket.create_server((host, port), backlog=2048)
    # Inherited by every connection. Without it an answer, written in two parts, waits for
    # the client's delayed acknowledgement: 40 ms for each request.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def _give_up(reason: str) -> int:
    sys.stderr.write(f"Stripe sandbox: {reason}\n")
    return 1


def _read_options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m stripe_sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=12111, help="0 takes any free one")
    parser.add_argument("--state", type=Path, metavar="FILE", help="keep the state in this file")
    parser.add_argument("--charge-updated-delay", type=float, metavar="SECONDS")
    parser.add_argument("--delivery-timeout", type=float, metavar="SECONDS")
    parser.add_argument(
        "--retry-delays", metavar="SECONDS,…", help="before each further try of a webhook"
    )
    return parser.parse_args(arguments)


def _switches_from(options: argparse.Namespace) -> dict[str, object]:
    wanted: dict[str, object] = {}
    for name in ("charge_updated_delay", "delivery_timeout"):
        if getattr(options, name) is not None:
            wanted[name] = getattr(options, name)
    if options.retry_delays is not None:
        wanted["retry_delays"] = [float(each) for each in options.retry_delays.split(",") if each]
    return wanted


if __name__ == "__main__":
    sys.exit(main())
