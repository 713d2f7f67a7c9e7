"""shop-reads: GET /api/products on one core, against nginx with one worker serving the very same bytes on that core.

Both servers run the whole time, each pinned to the server's core; the driver has the other one. They are measured in turn (A B A B), closed
loop; medians of the pairs make the ratio. Then the open loop at a fixed rate.
"""
from bench.driver_run import cores, in_pairs, median_of, require_clean, run_driver
from bench.made_products import import_products
from bench.nginx_process import NginxServer
from bench.server_process import BenchError, JangteoServer, fetch
from bench.verdict_table import Row

PRODUCT_COUNT = 101
PATH = "/api/products"
BODY_BYTES_MIN = 2048
OPEN_RATE_PER_S = 10_000


def measure(bench):
    server_core, driver_core = cores()
    import_products(bench.binary, bench.data, PRODUCT_COUNT, 1_000_000)
    with JangteoServer(bench.binary, bench.data, io_threads=bench.io_threads or 1, cpus={server_core}) as server:
        status, headers, body = fetch(server.url + PATH)
        if status != 200 or len(body) < BODY_BYTES_MIN:
            raise BenchError(f"GET {PATH} answered {status} with {len(body)} bytes: at least {BODY_BYTES_MIN} of a 200 are compared")
        with NginxServer(bench.folder, PATH, body, headers, cpus={server_core}) as nginx:

            def run(address, pid, **load):
                result = run_driver(bench.driver, address, [f"GET {PATH}"], cpu=driver_core, server_pid=pid, warm_up_s=bench.warm_up_s,
                                    duration_s=bench.duration_s, **load)
                require_clean(result, address)
                return result

            ours, theirs = in_pairs(lambda: run(server.address, server.pid, connections=bench.connections or 64),
                                    lambda: run(nginx.address, nginx.worker_pid, connections=bench.connections or 64), bench.pairs)
            open_ours, open_theirs = in_pairs(
                lambda: run(server.address, server.pid, connections=256, rate=OPEN_RATE_PER_S),
                lambda: run(nginx.address, nginx.worker_pid, connections=256, rate=OPEN_RATE_PER_S), bench.pairs)

    rate, nginx_rate = (median_of(results, "counted", "ratePerS") for results in (ours, theirs))
    cpu_us, nginx_cpu_us = (median_of(results, "server", "cpuUsPerRequest") for results in (ours, theirs))
    p99_ms, nginx_p99_ms = (median_of(results, "latencyMs", "p99") for results in (open_ours, open_theirs))
    rows = [
        Row("throughput / nginx's", rate / nginx_rate, "", 0.9, 1.0),
        Row(f"p99 at {OPEN_RATE_PER_S:,}/s", p99_ms, "ms", 5, 2, less_is_better=True),
        Row("jangteo, closed loop", rate, "requests/s"),
        Row("nginx, closed loop", nginx_rate, "requests/s"),
        Row("CPU per request / nginx's", cpu_us / nginx_cpu_us),
        Row("CPU per request", cpu_us, "us"),
        Row("nginx's CPU per request", nginx_cpu_us, "us"),
        Row(f"nginx's p99 at {OPEN_RATE_PER_S:,}/s", nginx_p99_ms, "ms"),
        Row("driver's share of its core", median_of(ours, "driver", "cpuShare")),
        Row("body", len(body), "bytes"),
    ]
    return rows, {"jangteo": ours, "nginx": theirs, "jangteoOpen": open_ours, "nginxOpen": open_theirs}
