"""shop-orders: durable POST /api/orders, every saga brought to its end.

Closed loop with 256, 512 and 1,024 connections, then the open loop at a fixed rate. Two rates count, and the smaller one is the figure:
orders acknowledged per second, and orders brought to their end per second (from the first order to the end of the last saga).
"""
from bench.driver_run import require_clean
from bench.scenarios.order_load import open_shop, place_orders, stop_and_check
from bench.verdict_table import Row

CONNECTIONS = (256, 512, 1024)
OPEN_RATE_PER_S = 10_000


def measure(bench):
    with open_shop(bench) as (server, ids):
        closed = []
        for connections in [bench.connections] if bench.connections else CONNECTIONS:
            result = place_orders(bench, server, ids, connections=connections, warm_up_s=bench.warm_up_s, duration_s=bench.duration_s)
            require_clean(result, f"{connections} connections")
            closed.append(result)
        open_loop = place_orders(bench, server, ids, connections=1024, rate=OPEN_RATE_PER_S, warm_up_s=bench.warm_up_s,
                                 duration_s=bench.duration_s)
        require_clean(open_loop, "open loop")
        checks = stop_and_check(bench, server, [*closed, open_loop])

    best = max(closed, key=lambda result: min(result["counted"]["ratePerS"], result["orders"]["endedPerS"]))
    rows = [
        Row("orders acknowledged", best["counted"]["ratePerS"], "per second", 10_000, 20_000),
        Row("orders brought to their end", best["orders"]["endedPerS"], "per second", 10_000, 20_000),
        Row(f"p99 at {OPEN_RATE_PER_S:,}/s", open_loop["latencyMs"]["p99"], "ms", 100, 50, less_is_better=True),
        Row(f"p50 at {OPEN_RATE_PER_S:,}/s", open_loop["latencyMs"]["p50"], "ms"),
        Row(f"p95 at {OPEN_RATE_PER_S:,}/s", open_loop["latencyMs"]["p95"], "ms"),
        Row(f"acknowledged at {OPEN_RATE_PER_S:,}/s", open_loop["counted"]["ratePerS"], "per second"),
        Row(f"brought to their end at {OPEN_RATE_PER_S:,}/s", open_loop["orders"]["endedPerS"], "per second"),
        Row("sagas left running at the end of that load", open_loop["orders"]["runningAfterLoad"]),
    ]
    for result in closed:
        name = f"{result['connections']:,} connections"
        rows += [Row(f"{name}: acknowledged", result["counted"]["ratePerS"], "per second"),
                 Row(f"{name}: brought to their end", result["orders"]["endedPerS"], "per second"),
                 Row(f"{name}: p50", result["latencyMs"]["p50"], "ms"), Row(f"{name}: p95", result["latencyMs"]["p95"], "ms"),
                 Row(f"{name}: p99", result["latencyMs"]["p99"], "ms"),
                 Row(f"{name}: server's CPU per order", result["server"]["cpuUsPerRequest"], "us")]
    return rows + checks, {"closed": closed, "open": open_loop}
