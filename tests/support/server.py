"""The real program under test: started on a free port and a data directory, stopped, killed and started again by the tests.

JANGTEO_BINARY names the program (default build/release/jangteo). Where it is not built, tests that ask for it are skipped with the
reason; tools/run_suites turns a skip into a failure in continuous integration.
"""
import contextlib
import os
import pathlib
import signal
import subprocess
import time

import pytest

from bench.server_process import ROOT, allow_open_files, fetch, free_port
from tests.support.contract import CheckedClient

BINARY = pathlib.Path(os.environ.get("JANGTEO_BINARY", ROOT / "build" / "release" / "jangteo"))
READY_TIMEOUT_S = 120
STOP_TIMEOUT_S = 60
LOAD_TEST_PROFILE = ("--profile=loadtest",)
started = []  # every server of this run; a failed test shows the ends of their logs (tests/conftest.py)


def require_program():
    if not BINARY.exists():
        pytest.skip(f"{BINARY} is not built")


def run_jangteo(*arguments, standard_input="", timeout_s=300):
    """A subcommand to its end. Returns what subprocess.run returns: returncode, stdout, stderr as text."""
    require_program()
    return subprocess.run([str(BINARY), *map(str, arguments)], input=standard_input, capture_output=True, text=True, timeout=timeout_s,
                          check=False)


class Server:
    """`jangteo serve` on one data directory. start() and stop() as often as a test likes; a context starts and stops it once."""

    def __init__(self, data, arguments=LOAD_TEST_PROFILE, environment=None):
        require_program()
        self.data = pathlib.Path(data)
        self.arguments = list(arguments)
        self.environment = environment or {}
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log_path = self.data.parent / f"{self.data.name}-server.log"
        self.process = None
        self.clients = []
        started.append(self)

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, *_):
        if kind is not None:
            self.end()
        elif self.process is not None:
            self.stop()

    def launch(self):
        """Starts the process and waits for nothing."""
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen([str(BINARY), "serve", "--data", str(self.data), "--port", str(self.port), *self.arguments],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, preexec_fn=allow_open_files,
                                            env=dict(os.environ, **self.environment))

    def start(self, timeout_s=READY_TIMEOUT_S):
        """Returns when /readyz answers 200."""
        self.launch()
        end = time.monotonic() + timeout_s
        while time.monotonic() < end:
            assert self.process.poll() is None, f"the server ended with status {self.process.returncode}:\n{self.log_tail()}"
            with contextlib.suppress(OSError):
                if fetch(self.url + "/readyz", 5)[0] == 200:
                    return self
            time.sleep(0.02)
        self.end()
        raise AssertionError(f"the server was not ready within {timeout_s} s:\n{self.log_tail()}")

    def stop(self):
        """SIGTERM; the server must end by itself, without complaint."""
        self.close_clients()
        assert self.process is not None, "the server is not running"
        assert self.process.poll() is None, f"the server was gone before it was stopped, status {self.process.returncode}:\n{self.log_tail()}"
        self.process.send_signal(signal.SIGTERM)
        self.stop_noticed()

    def stop_noticed(self):
        """After a SIGTERM that was sent already."""
        try:
            status = self.process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.end()
            raise AssertionError(f"the server did not end within {STOP_TIMEOUT_S} s of SIGTERM:\n{self.log_tail()}") from None
        assert status == 0, f"the server ended with status {status} on SIGTERM:\n{self.log_tail()}"
        assert "broken invariant" not in self.log(), self.log_tail()
        self.process = None
        self.close_clients()

    def kill(self):
        """SIGKILL: no chance to write anything more."""
        assert self.process.poll() is None, f"the server was gone before it was killed, status {self.process.returncode}:\n{self.log_tail()}"
        self.process.kill()
        self.kill_noticed()

    def kill_noticed(self):
        """After a SIGKILL that another thread has sent."""
        assert self.process.wait() == -signal.SIGKILL, f"the server ended by itself, status {self.process.returncode}:\n{self.log_tail()}"
        self.process = None
        self.close_clients()

    def end(self):
        """For a test that failed already: no questions asked."""
        self.close_clients()
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process = None

    def close_clients(self):
        for client in self.clients:
            client.close()
        self.clients.clear()

    def client(self, token=None):
        """A client whose every answer is checked against api/openapi.yaml. `token`: of a logged-in user."""
        client = CheckedClient(self.url, token)
        self.clients.append(client)
        return client

    def log(self):
        return self.log_path.read_text(encoding="utf-8", errors="replace")

    def log_tail(self, characters_max=6000):
        with contextlib.suppress(OSError):
            return self.log()[-characters_max:]
        return ""


def check(data):
    """(exit status, report or None, what was printed) of `jangteo check`, which looks at a data directory that no server has open."""
    import json

    done = run_jangteo("check", "--data", data)
    try:
        report = json.loads(done.stdout)
    except ValueError:
        report = None
    return done.returncode, report, done.stdout + done.stderr


def assert_clean(data):
    status, _, printed = check(data)
    assert status == 0, f"jangteo check ended with status {status}:\n{printed[:4000]}"
