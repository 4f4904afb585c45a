"""The sandbox inside of another program: an application for any ASGI server."""

import threading
import time
from pathlib import Path

import uvicorn

from stripe_sandbox.app import create_app
from stripe_sandbox.switches import Switches
from stripe_sandbox.tests.receiver import Receiver
from stripe_sandbox.tests.shop import Shop


def test_an_application_serves_delivers_and_saves(tmp_path: Path, receiver: Receiver) -> None:
    state = tmp_path / "state.json"
    app = create_app(state_path=state, switches=Switches(charge_updated_delay=0.01))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        shop = Shop(f"http://127.0.0.1:{port}")
        shop.endpoint(receiver.url)
        session = shop.open_session()
        assert shop.pay(session.id).status_code == 200
        receiver.wait_for_types("checkout.session.completed", "charge.updated")
        shop.close()
    finally:
        server.should_exit = True
        thread.join()
    assert session.id in state.read_text()
