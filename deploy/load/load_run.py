"""What run_jmeter, run_gatling and run_k6 share: the server to load, the tools' installation, and the verdict against the service level.

Load goes to this machine only. A server that already answers at --url is used as it is; otherwise `build/release/jangteo serve --demo` is
started there on a data directory of its own and stopped at the end.
"""
import argparse
import contextlib
import hashlib
import ipaddress
import json
import pathlib
import shutil
import subprocess
import sys
import urllib.error
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from bench.server_process import BenchError, JangteoServer, fetch, temporary_folder  # noqa: E402
from bench.verdict_table import is_met, render  # noqa: E402

BUILD = ROOT / "build" / "load"


class ToolMissing(Exception):
    """The load tool cannot be had here; says why."""


def arguments_for(tool, description):
    parser = argparse.ArgumentParser(prog=f"deploy/load/run_{tool}", description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default="http://127.0.0.1:8080", help="server on this machine (default %(default)s)")
    parser.add_argument("--binary", type=pathlib.Path, default=ROOT / "build/release/jangteo", help="started when nothing answers at --url")
    parser.add_argument("--short", action="store_true", help="seconds instead of minutes, for tests")
    parser.add_argument("--result", type=pathlib.Path, help="where the tool's own result goes (default: below build/load, deleted afterwards)")
    parser.add_argument("--json", type=pathlib.Path, help="write the verdict to this file too")
    return parser


def target_of(url):
    """(host, port) of a loopback URL."""
    parts = urllib.parse.urlsplit(url)
    host = "127.0.0.1" if parts.hostname == "localhost" else parts.hostname or ""
    try:
        is_here = ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_here = False
    if parts.scheme != "http" or not is_here:
        raise BenchError(f"--url {url}: load goes to http on a loopback address only")
    return host, parts.port or 80


def answers(url):
    try:
        return fetch(url + "/readyz", 5)[0] == 200
    except (OSError, urllib.error.URLError):
        return False


@contextlib.contextmanager
def server_at(options):
    host, port = target_of(options.url)
    if answers(options.url):
        print(f"==> using the server at {options.url}", flush=True)
        yield
        return
    BUILD.mkdir(parents=True, exist_ok=True)
    with temporary_folder(BUILD) as folder:
        (folder / "data").mkdir()
        print(f"==> starting {options.binary} serve --demo at {options.url}", flush=True)
        with JangteoServer(options.binary, folder / "data", arguments=["--demo"], port=port):
            yield


def need_java_and_maven():
    if shutil.which("javac") and shutil.which("mvn"):
        return
    done = subprocess.run([ROOT / "script" / "bootstrap", "load"], stdin=subprocess.DEVNULL)
    if done.returncode != 0 or not shutil.which("mvn"):
        raise ToolMissing("a JDK and Maven are needed, and script/bootstrap load could not install them")


def run_maven(project, *arguments):
    """Quietly; its output only when it fails. Returns whether it succeeded, and the output."""
    command = ["mvn", "-q", "-B", "-f", str(project / "pom.xml"), *arguments]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.returncode == 0, done.stdout


def is_current(marker, source):
    """Whether what `marker` stands for was made from this version of `source`; note_current says so."""
    return marker.exists() and marker.read_text(encoding="ascii") == hashlib.sha256(source.read_bytes()).hexdigest()


def note_current(marker, source):
    marker.write_text(hashlib.sha256(source.read_bytes()).hexdigest(), encoding="ascii")


def report(tool, samples, options):
    rows = samples.rows()
    print(f"==> {tool}: verdict against the service level")
    print(render(rows))
    for failure, count in samples.failures.most_common(5):
        print(f"    {count:,} x {failure}")
    if options.json:
        options.json.write_text(json.dumps({"tool": tool, "met": is_met(rows), "rows": [row.as_json() for row in rows]}, indent=1) + "\n",
                                encoding="utf-8")
    return 0 if is_met(rows) else 1


def main(tool, run, options):
    """run(options) -> Samples. Exit status: 0 met, 1 missed, 2 could not be measured, 3 the tool cannot be had (SKIPPED)."""
    try:
        return report(tool, run(options), options)
    except ToolMissing as reason:
        print(f"SKIPPED {tool}: {reason}")
        return 3
    except (BenchError, ValueError) as error:
        print(f"{tool}: {error}", file=sys.stderr)
        return 2
