"""sla: every target of the service level that exists, at once: 10,000 requests/s (one GET, one POST per user, open loop) beside users who are
connected and only now and then ask for something, from many source addresses.

A request is good when it is answered as expected within 500 ms of when it was due. Connected users are HTTP keep-alive connections.
"""
from bench.driver_run import availability
from bench.scenarios.order_load import ORDER, open_shop, place_orders, stop_and_check
from bench.server_process import BenchError, open_files_max
from bench.verdict_table import Row

RATE_PER_S = 10_000
ACTIVE_CONNECTIONS = 1_000
CONNECTED_MUST = 12_000
CONNECTED_GOAL = 100_000
OTHER_FILES = 1_000


def measure(bench):
    users = bench.users or CONNECTED_MUST
    if users + OTHER_FILES > open_files_max():
        raise BenchError(f"{users:,} connections need as many files in server and driver; one process may open {open_files_max():,} (ulimit -Hn)")
    with open_shop(bench) as (server, ids):
        result = place_orders(bench, server, ids, ["GET /api/products", ORDER], connections=ACTIVE_CONNECTIONS, rate=RATE_PER_S,
                              idle=max(0, users - ACTIVE_CONNECTIONS), idle_request="GET /api/products", idle_period_s=60,
                              sources=max(4, users // 10_000), warm_up_s=bench.warm_up_s, duration_s=bench.duration_s)
        checks = stop_and_check(bench, server, [result])
    whole_run = result["wholeRun"]
    connected = result["idle"]["openAtEnd"] + whole_run["openAtEnd"]
    rows = [
        Row("availability", availability(result) * 100, "%", 99.9, less_is_better=False),
        Row("p95", result["latencyMs"]["p95"], "ms", 200, less_is_better=True),
        Row("p99", result["latencyMs"]["p99"], "ms", 500, less_is_better=True),
        Row("requests", result["counted"]["ratePerS"], "per second", RATE_PER_S * 0.999),
        Row("users connected", connected, "", CONNECTED_MUST, CONNECTED_GOAL),
        Row("connections lost", whole_run["connectionsLost"], "", 0, less_is_better=True),
        Row("server's memory", result["server"]["rssBytes"] / 2**20, "MB"),
        Row("server's cores", result["server"]["cpuShare"]),
    ]
    for kind in result["requests"]:
        name = ("connected users: " if kind["idle"] else "") + kind["name"]
        rows.append(Row(f"{name}: p99", kind["latencyMs"]["p99"], "ms"))
    return rows + checks, {"load": result}
