"""The state file: what survives, and the program's ends and failures."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from stripe_sandbox.__main__ import main
from stripe_sandbox.tests.program import ROOT, Program
from stripe_sandbox.tests.receiver import Receiver
from stripe_sandbox.tests.shop import Shop, new_key

QUICK = ("--charge-updated-delay", "0.05", "--retry-delays", "0.1,0.3,0.3,0.3,0.3")


@contextmanager
def running(state: Path, key: str, *options: str) -> Iterator[tuple[Program, Shop]]:
    program = Program("--state", str(state), *(options or QUICK))
    shop = Shop(program.url, key)
    try:
        yield program, shop
    finally:
        shop.close()
        program.kill()


def wait_for_file(state: Path, text: str) -> None:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        if state.exists() and text in state.read_text():
            return
        time.sleep(0.02)
    raise AssertionError(f"{text} was not saved")


def test_everything_survives_a_polite_end(tmp_path: Path) -> None:
    state, key = tmp_path / "deep" / "state.json", new_key()
    with running(state, key) as (program, shop):
        customer = shop.stripe.customers.create({"name": "Ann"}, {"idempotency_key": "ann"})
        session = shop.open_session(customer=customer.id, metadata={"order": "7"})
        program.stop()
    assert state.stat().st_mode & 0o077 == 0
    with running(state, key) as (_, shop):
        assert shop.stripe.customers.retrieve(customer.id).name == "Ann"
        same = shop.stripe.customers.create({"name": "Ann"}, {"idempotency_key": "ann"})
        assert same.id == customer.id
        assert shop.event_types() == ["customer.created"]
        assert shop.pay(session.id).status_code == 200
        [item] = shop.stripe.checkout.sessions.line_items.list(session.id).data
        assert item.amount_total == 2500


def test_little_is_lost_by_a_rude_end(tmp_path: Path) -> None:
    state, key = tmp_path / "state.json", new_key()
    with running(state, key) as (program, shop):
        customer = shop.stripe.customers.create({"name": "Ann"})
        wait_for_file(state, customer.id)
        program.kill()
    assert [file.name for file in tmp_path.iterdir()] == ["state.json"]
    with running(state, key) as (_, shop):
        assert shop.stripe.customers.retrieve(customer.id).name == "Ann"


def test_a_pending_delivery_survives(tmp_path: Path, receiver: Receiver) -> None:
    state, key = tmp_path / "state.json", new_key()
    receiver.statuses = [500]
    with running(state, key, "--retry-delays", "1.5") as (program, shop):
        endpoint = shop.endpoint(receiver.url)
        shop.stripe.customers.create()
        receiver.wait_for(lambda all_: len(all_) == 1)
        program.stop()
    with running(state, key) as (_, shop):
        came = receiver.wait_for(lambda all_: len(all_) == 2)
        assert came[0].event["id"] == came[1].event["id"]
        assert shop.stripe.webhook_endpoints.retrieve(endpoint.id).status == "enabled"


def test_a_late_event_survives(tmp_path: Path) -> None:
    state, key = tmp_path / "state.json", new_key()
    with running(state, key, "--charge-updated-delay", "1.0") as (program, shop):
        shop.pay(shop.open_session().id)
        program.stop()
    time.sleep(1.0)
    with running(state, key) as (_, shop):
        assert shop.event_types()[-1] == "charge.updated"


def test_a_session_expires_when_its_time_comes(tmp_path: Path) -> None:
    state, key = tmp_path / "state.json", new_key()
    with running(state, key) as (program, shop):
        session = shop.open_session()
        program.stop()
    # A day later, told to the sandbox by its own file.
    saved = state.read_text().replace(str(session.expires_at), str(int(time.time()) - 1))
    state.write_text(saved)
    with running(state, key) as (_, shop):
        assert shop.stripe.checkout.sessions.retrieve(session.id).status == "expired"
        assert shop.event_types() == ["checkout.session.expired"]
        assert "expired" in shop.http.get(f"/c/pay/{session.id}").text


@pytest.mark.parametrize("content", ["{", "[]", '{"format": 99, "accounts": []}', "\x80"])
def test_a_file_that_is_no_state_is_refused_and_kept(
    tmp_path: Path, content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    state = tmp_path / "state.json"
    state.write_text(content, "latin-1")
    assert main(["--port", "0", "--state", str(state)]) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("Stripe sandbox: cannot read the state file")
    assert state.read_text("latin-1") == content


def test_a_taken_port_is_one_clear_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "stripe_sandbox", "--port", str(port)]
        ended = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=20, check=False
        )
    assert ended.returncode == 1
    [line] = ended.stderr.splitlines()
    assert line.startswith(f"Stripe sandbox: cannot listen on 127.0.0.1:{port}:")
    assert ended.stdout == ""


@pytest.mark.parametrize("delays", ["soon", "-1", "nan"])
def test_a_bad_option_is_one_clear_line(delays: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--port", "0", f"--retry-delays={delays}"]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_the_saved_file_is_plain_json(tmp_path: Path) -> None:
    state, key = tmp_path / "state.json", new_key()
    with running(state, key) as (program, shop):
        shop.stripe.products.create({"name": "Credits"})
        program.stop()
    saved = json.loads(state.read_text())
    assert [account["key"] for account in saved["accounts"]] == [key]
