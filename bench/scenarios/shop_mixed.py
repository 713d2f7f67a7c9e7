"""shop-mixed: every user (a connection) reads the product list, orders, reads, orders: one GET, one POST. Closed loop, every saga to its end."""
from bench.driver_run import require_clean
from bench.scenarios.order_load import ORDER, open_shop, place_orders, stop_and_check
from bench.verdict_table import Row


def measure(bench):
    with open_shop(bench) as (server, ids):
        result = place_orders(bench, server, ids, ["GET /api/products", ORDER], connections=bench.connections or 512,
                              warm_up_s=bench.warm_up_s, duration_s=bench.duration_s)
        require_clean(result, "mix")
        checks = stop_and_check(bench, server, [result])
    reads, orders = result["requests"]
    rows = [
        Row("requests", result["counted"]["ratePerS"], "per second"),
        Row("orders acknowledged", orders["latencyMs"]["count"] / result["windowS"], "per second"),
        Row("orders brought to their end", result["orders"]["endedPerS"], "per second"),
        Row("GET p95", reads["latencyMs"]["p95"], "ms", 200, less_is_better=True),
        Row("GET p99", reads["latencyMs"]["p99"], "ms", 500, less_is_better=True),
        Row("POST p95", orders["latencyMs"]["p95"], "ms", 200, less_is_better=True),
        Row("POST p99", orders["latencyMs"]["p99"], "ms", 500, less_is_better=True),
        Row("server's CPU per request", result["server"]["cpuUsPerRequest"], "us"),
    ]
    return rows + checks, {"mix": result}
