"""The load plans of the service level in their short form, run for real against the real program. Times are reported, not judged, here."""
import csv
import json
import os
import pathlib
import subprocess

import pytest

from bench.made_products import import_products
from bench.metrics_page import read_orders, wait_until_ended
from bench.server_process import ROOT, JangteoServer, free_port, run_jangteo

BINARY = pathlib.Path(os.environ.get("JANGTEO_BINARY", ROOT / "build/release/jangteo"))


@pytest.fixture(scope="module", autouse=True)
def program():
    if not BINARY.exists():
        pytest.skip(f"{BINARY} is not built")


def run_tool(tool, result, *arguments):
    done = subprocess.run([ROOT / "deploy/load" / f"run_{tool}", "--short", "--result", result, *arguments], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode == 3:
        pytest.skip(done.stdout[-500:])
    assert "verdict against the service level" in done.stdout, done.stdout[-3000:]
    return done.stdout


# Rows: 26
def test_jmeter_gets_200_for_every_request_from_a_demo_server(tmp_path):
    """run_jmeter starts the server itself, as `make load-jmeter` does when none runs: plain `serve --demo`, no load-test profile."""
    result = tmp_path / "products.jtl"
    run_tool("jmeter", result, "--binary", BINARY, "--url", f"http://127.0.0.1:{free_port()}", "--duration", "6")
    with open(result, newline="", encoding="utf-8") as file:
        samples = list(csv.DictReader(file))
    assert len(samples) > 50, "each of 50 threads asks more than once"
    assert {(sample["responseCode"], sample["success"]) for sample in samples} == {("200", "true")}


# Rows: 8, 26
def test_every_order_that_gatling_placed_is_in_the_shop_and_ends(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    import_products(BINARY, data, 30, 100_000)
    result = tmp_path / "simulation.log"
    with JangteoServer(BINARY, data) as server:
        output = run_tool("gatling", result, "--url", server.url, "--rampSeconds", "3", "--steadySeconds", "4")
        requests = [line.split("\t") for line in result.read_text(encoding="utf-8").splitlines() if line.startswith("REQUEST\t")]
        assert [request for request in requests if request[5] != "OK"] == [], output
        orders = sum(request[2] == "POST /api/orders" for request in requests)
        assert orders > 100
        assert read_orders(server.url).placed == orders
        assert wait_until_ended(server.url, orders).ended == orders
        assert server.stop() == 0
    status, report, _ = run_jangteo(BINARY, "check", "--data", data)
    assert status == 0, report


# Rows: 8, 13
def test_bench_run_brings_every_acknowledged_order_to_its_end(tmp_path):
    """The benchmark's own bookkeeping over a short mixed load: its checks hold, and what it prints is what it measured."""
    record = tmp_path / "record.json"
    done = subprocess.run([ROOT / "bench/run", "shop-mixed", "--binary", BINARY, "--duration-s", "1", "--warm-up-s", "0", "--connections", "32",
                           "--folder", ROOT / "build", "--json", record], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    measured = json.loads(record.read_text(encoding="utf-8"))
    orders = measured["results"]["mix"]["orders"]
    assert orders["acknowledged"] > 0
    assert orders["acknowledged"] == orders["placed"] == orders["ended"]
    verdict = {row["name"]: row["verdict"] for row in measured["rows"]}
    assert verdict["jangteo check: exit status"] == "ok"
    assert verdict["acknowledged orders whose saga did not end"] == "ok"
