"""bench_driver against servers whose behaviour is known: counts exact, times within what logic allows."""
import json
import os
import subprocess

import pytest

from bench.driver_run import availability, find_driver, in_pairs, require_clean, run_driver
from bench.known_server import KnownServer, running
from bench.server_process import BenchError


@pytest.fixture(scope="module")
def driver():
    return find_driver()


def test_sends_exactly_as_many_requests_as_asked(driver):
    server = KnownServer()
    with running(server) as address:
        result = run_driver(driver, address, ["GET /a", 'POST /b {"n":{n}}'], connections=7, threads=2, count=1001, progress_s=0)
    assert server.request_count == 1001
    assert result["counted"]["expected"] == 1001
    assert sum(kind["sent"] for kind in result["requests"]) == 1001
    assert result["latencyMs"]["count"] == 1001 == sum(count for _, count in result["latencyMs"]["buckets"])
    assert sum(result["wholeRun"]["answersPerSecond"]) == 1001


def test_latency_is_at_least_what_the_server_waits_and_rate_at_most_what_that_allows(driver):
    with running(KnownServer(delay_s=0.05)) as address:
        result = run_driver(driver, address, ["GET /"], connections=10, duration_s=1, progress_s=0)
    assert result["latencyMs"]["p50"] >= 50
    assert 0 < result["counted"]["ratePerS"] <= 10 / 0.05


def test_open_loop_sends_at_its_rate_whatever_the_server_takes(driver):
    with running(KnownServer(delay_s=0.2)) as address:
        result = run_driver(driver, address, ["GET /"], connections=100, rate=100, duration_s=1, progress_s=0)
    assert result["counted"]["expected"] == 100
    assert result["latencyMs"]["p50"] >= 200


def test_a_stall_shows_in_the_open_loop_as_long_as_it_was(driver):
    """300 requests due in 3 s, the server stands still for 1 s: a third is late, by half the stall on average."""
    with running(KnownServer(stall_at_request=100, stall_s=1)) as address:
        result = run_driver(driver, address, ["GET /"], connections=10, rate=100, duration_s=3, progress_s=0)
    assert result["counted"]["expected"] == 300
    assert result["latencyMs"]["max"] >= 990
    assert result["latencyMs"]["p99"] >= 900
    assert result["latencyMs"]["p90"] >= 500
    late = sum(count for bound_ms, count in result["latencyMs"]["buckets"] if bound_ms >= 100)
    assert late >= 80, "requests that were due while the server stood still count from when they were due"


def test_what_is_never_answered_enters_the_histogram(driver):
    with running(KnownServer(delay_s=30)) as address:
        result = run_driver(driver, address, ["GET /"], connections=2, rate=10, duration_s=1, drain_s=0.5, progress_s=0)
    assert result["counted"] | {"ratePerS": 0} == {"expected": 0, "good": 0, "unexpected": 0, "failed": 10, "ratePerS": 0}
    assert result["latencyMs"]["count"] == 10
    assert result["latencyMs"]["p50"] >= 500
    assert result["wholeRun"]["neverSent"] == 8
    assert availability(result) == 0


def test_a_request_past_its_time_is_given_up_and_counted(driver):
    with running(KnownServer(delay_s=30)) as address:
        result = run_driver(driver, address, ["GET /"], connections=3, count=3, timeout_ms=200, progress_s=0)
    assert result["counted"]["failed"] == 3 == result["wholeRun"]["timeouts"]
    assert result["latencyMs"]["p50"] >= 200


def test_wrong_statuses_are_counted_apart_and_shown(driver):
    with running(KnownServer(status=503)) as address:
        result = run_driver(driver, address, ["GET /busy"], connections=2, count=20, progress_s=0)
    assert result["counted"]["expected"] == 0 and result["counted"]["unexpected"] == 20
    assert result["requests"][0]["statuses"] == {"503": 20}
    assert result["errorSamples"] == [{"request": "GET /busy", "status": 503, "body": "hello"}]
    assert result["latencyMs"]["count"] == 0, "a quick refusal must not make the latencies look good"
    with pytest.raises(BenchError, match="503"):
        require_clean(result, "busy")


def test_lost_connections_are_counted_and_opened_again(driver):
    server = KnownServer(close_after=5)
    with running(server) as address:
        result = run_driver(driver, address, ["GET /"], connections=4, count=100, progress_s=0)
    counted = result["counted"]
    assert counted["expected"] + counted["failed"] == 100
    assert server.request_count == counted["expected"]
    assert result["wholeRun"]["connectionsLost"] >= 100 // 5 - 4
    assert result["wholeRun"]["reconnects"] > 0


def test_fills_in_ids_tokens_and_keys(driver, tmp_path):
    (tmp_path / "ids").write_text("prd_a\nprd_b\n")
    (tmp_path / "tokens").write_text("t1\nt2\nt3\n")
    server = KnownServer()
    with running(server) as address:
        run_driver(driver, address, ['POST /api/orders {"productId":"{id}"}'], connections=3, count=60, ids=tmp_path / "ids",
                   tokens=tmp_path / "tokens", header="Authorization: Bearer {token}", post_header="Idempotency-Key: {key}", progress_s=0)
    assert {json.loads(body)["productId"] for body in server.bodies} == {"prd_a", "prd_b"}
    lines = [line for head in server.heads for line in head.decode().split("\r\n")]
    assert len({line for line in lines if line.startswith("Idempotency-Key: ")}) == 60
    assert {line for line in lines if line.startswith("Authorization: ")} == {f"Authorization: Bearer t{n}" for n in (1, 2, 3)}


def test_idle_connections_stay_open_and_now_and_then_ask(driver):
    server = KnownServer()
    with running(server) as address:
        result = run_driver(driver, address, ["GET /busy"], connections=1, rate=10, duration_s=1, idle=50, idle_request="GET /idle",
                            idle_period_s=0.5, sources=3, progress_s=0)
    assert result["idle"] == {"asked": 50, "openAtEnd": 50, "lost": 0}
    assert result["wholeRun"]["openAtEnd"] == 1
    assert sum(head.startswith(b"GET /idle") for head in server.heads) >= 50
    assert result["counted"]["expected"] == 10, "idle connections are no part of the measured load"


def test_refuses_targets_off_this_machine(driver):
    done = subprocess.run([str(driver), "--target", "192.0.2.1:80", "--request", "GET /"], capture_output=True, text=True)
    assert done.returncode == 2 and "loopback" in done.stderr


def test_reports_the_server_s_cpu_and_memory(driver):
    with running(KnownServer()) as address:
        result = run_driver(driver, address, ["GET /"], connections=2, duration_s=0.5, server_pid=os.getpid(), progress_s=0)
    assert result["server"]["cpuS"] > 0
    assert result["server"]["rssBytes"] > 1 << 20


def test_pairs_are_measured_in_turn():
    order = []
    in_pairs(lambda: order.append("A"), lambda: order.append("B"), 3)
    assert "".join(order) == "ABABAB"
