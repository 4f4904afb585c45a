"""The embedded PostgreSQL starts for whoever asks and ends with the last who asked."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from creditsite.embedded import cluster, server
from creditsite.embedded.keeper import works_on

BASE_DIR = Path(__file__).resolve().parent.parent.parent
USE = """
import sys, time
from pathlib import Path
from creditsite.embedded import server
with server.start(Path(sys.argv[1]), server.FAST_OPTIONS).connect() as session:
    print(session.execute("SELECT current_setting('server_encoding')").fetchone()[0], flush=True)
sys.stdin.read()
"""


@contextmanager
def user_of(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Start a process that uses the server until its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", USE, str(folder)],
        cwd=BASE_DIR,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        assert process.stdout.readline().strip() == "UTF8"
        yield process
    finally:
        process.communicate("")


def servers_on(folder: Path) -> list[psutil.Process]:
    data = cluster.Cluster(folder)
    return [process for process in psutil.process_iter() if works_on(data, process)]


def wait_until_stopped(folder: Path) -> None:
    deadline = time.monotonic() + 20
    while servers_on(folder):
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Return where a data folder can be; nothing runs there afterwards."""
    path = tmp_path / "with a space, a comma" / "postgres"
    yield path
    wait_until_stopped(path)


def test_the_server_serves_two_processes_and_ends_with_the_last(folder: Path) -> None:
    with user_of(folder):
        with user_of(folder):
            pass
        assert servers_on(folder)
    assert not servers_on(folder)
    log = cluster.Cluster(folder).log.read_text()
    assert log.count("ready to accept connections") == 1
    assert "database system is shut down" in log.splitlines()[-1]


def test_the_server_stops_cleanly_when_its_user_is_killed(folder: Path) -> None:
    with user_of(folder) as user:
        user.kill()
        user.wait()
        wait_until_stopped(folder)
    assert "database system is shut down" in cluster.Cluster(folder).log.read_text()


def test_the_server_comes_back_after_everything_was_killed(folder: Path) -> None:
    with user_of(folder) as user:
        for process in [*servers_on(folder), *keepers_of(folder)]:
            with suppress(psutil.NoSuchProcess):  # a worker ends by itself after its server
                process.kill()
        user.kill()
        user.wait()
    with user_of(folder):
        assert servers_on(folder)


def test_a_server_whose_keeper_was_killed_is_adopted(folder: Path) -> None:
    with user_of(folder):
        for keeper in keepers_of(folder):
            keeper.kill()
        running = {process.pid for process in servers_on(folder)}
        with user_of(folder):
            assert running & {process.pid for process in servers_on(folder)}
    assert not servers_on(folder)


def test_a_folder_of_another_version_is_refused_with_what_to_do(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "PG_VERSION").write_text("17\n")
    with pytest.raises(cluster.ServerFailed, match="of PostgreSQL 17, and 18 is needed"):
        server.start(folder)
    server.stop(folder)


def test_the_url_of_a_server_is_read_back_by_the_settings() -> None:
    import environ

    url = server.Server("/a folder/with, signs&=").url("credit site")
    read = environ.Env.db_url_config(url)
    assert read["NAME"] == "credit site"
    assert read["USER"] == "postgres"
    assert read["OPTIONS"]["host"] == "/a folder/with, signs&="


def keepers_of(folder: Path) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            command = process.cmdline()
        except psutil.Error:
            continue
        if "creditsite.embedded.keeper" in command and str(folder) in command:
            found.append(process)
    return found
