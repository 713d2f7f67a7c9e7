"""Starts the programs under measurement on loopback and stops exactly those: by their process id, in folders of their own."""
import contextlib
import os
import pathlib
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
OPEN_FILES_WANTED = 1 << 18


class BenchError(Exception):
    """What stops a measurement, in words for whoever started it."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def allow_open_files():
    """As many as this user may have: every connection is a file on both sides. For use in a child before exec."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES_WANTED, max(hard, OPEN_FILES_WANTED)))
        return
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def open_files_max():
    """How many files a process started here may have, after allow_open_files: the hard limit, unless this user can raise it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard >= OPEN_FILES_WANTED:
        return hard
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, OPEN_FILES_WANTED))
    except (ValueError, OSError):
        return hard
    return OPEN_FILES_WANTED


def start_pinned(command, cpus, log_path):
    """Starts a process on the given cores (None: wherever the kernel likes); its output goes to log_path."""

    def prepare():
        allow_open_files()
        if cpus:
            os.sched_setaffinity(0, cpus)

    with open(log_path, "ab") as log:
        return subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                                preexec_fn=prepare, start_new_session=True)


def stop_process(process, timeout_s=30):
    """SIGTERM, then SIGKILL after timeout_s. Returns the exit status (negative: the signal)."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    return process.returncode


def read_log(path, bytes_max=2000):
    try:
        return pathlib.Path(path).read_text(encoding="utf-8", errors="replace")[-bytes_max:]
    except OSError:
        return ""


def fetch(url, timeout_s=10):
    """(status, header items, body) of a GET; an error status is an answer too."""
    try:
        with urllib.request.urlopen(url, timeout=timeout_s) as answer:
            return answer.status, answer.headers.items(), answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers.items(), error.read()


@contextlib.contextmanager
def temporary_folder(parent):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="jangteo-bench-", dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class JangteoServer:
    """`jangteo serve` on a data directory and a free port. Use it as a context: leaving stops it."""

    def __init__(self, binary, data, *, io_threads=None, cpus=None, arguments=("--profile=loadtest",), port=None):
        self.binary = pathlib.Path(binary)
        self.data = pathlib.Path(data)
        self.port = port or free_port()
        self.address = f"127.0.0.1:{self.port}"
        self.url = f"http://{self.address}"
        self.cpus = cpus
        self.arguments = list(arguments) + (["--io-threads", str(io_threads)] if io_threads else [])
        self.log_path = self.data.parent / f"{self.data.name}-server.log"
        self.process = None
        self.ready_after_s = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    @property
    def pid(self):
        return self.process.pid

    def start(self, timeout_s=120):
        """Returns when /readyz answers 200; ready_after_s is the time from exec to that answer, looked for every 2 ms."""
        if not self.binary.exists():
            raise BenchError(f"{self.binary} does not exist: build it with script/build, or name another with --binary")
        started = time.monotonic()
        self.process = start_pinned([self.binary, "serve", "--data", self.data, "--port", self.port, *self.arguments], self.cpus,
                                    self.log_path)
        while time.monotonic() < started + timeout_s:
            if self.process.poll() is not None:
                raise BenchError(f"the server ended with status {self.process.returncode}:\n{read_log(self.log_path)}")
            with contextlib.suppress(OSError, urllib.error.URLError):
                if fetch(self.url + "/readyz", 5)[0] == 200:
                    self.ready_after_s = time.monotonic() - started
                    return
            time.sleep(0.002)
        self.stop()
        raise BenchError(f"the server was not ready within {timeout_s} s:\n{read_log(self.log_path)}")

    def stop(self):
        return stop_process(self.process) if self.process else None

    def rss_bytes(self):
        status = pathlib.Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        return int(status.split("VmRSS:")[1].split()[0]) * 1024


def run_jangteo(binary, *arguments, timeout_s=1800):
    """A subcommand to its end: (exit status, standard output, standard error)."""
    done = subprocess.run([str(binary), *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout_s)
    return done.returncode, done.stdout, done.stderr
