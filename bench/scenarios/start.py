"""start: how soon a shop with 100,000 products and 1,000,000 orders on disk is ready again, and what memory it holds then.

The products come by `jangteo import products`, the orders by load. --orders and --products make it smaller; --keep-data DIR keeps the prepared
shop in DIR and takes it from there the next time.
"""
import statistics
import time

from bench.disk_probe import describe
from bench.made_products import import_products, product_ids, write_ids
from bench.scenarios.order_load import ORDER, STOCK, place_orders
from bench.server_process import JangteoServer, run_jangteo
from bench.verdict_table import Row

START_COUNT = 5
SETTLE_S = 3


def prepare(bench):
    import_products(bench.binary, bench.data, bench.products, STOCK)
    with JangteoServer(bench.binary, bench.data, io_threads=bench.io_threads) as server:
        ids = write_ids(bench.folder, product_ids(server.url, min(1000, bench.products)))
        result = place_orders(bench, server, ids, [ORDER], connections=512, count=bench.orders)
        return result["orders"]["acknowledged"]


def measure(bench):
    bench.disk = describe(bench.folder)
    marker = bench.data / "prepared-by-bench"
    if marker.exists():
        acknowledged = int(marker.read_text(encoding="ascii"))
    else:
        acknowledged = prepare(bench)
        marker.write_text(str(acknowledged), encoding="ascii")
    starts_s, memories = [], []
    for _ in range(START_COUNT):
        with JangteoServer(bench.binary, bench.data, io_threads=bench.io_threads) as server:
            starts_s.append(server.ready_after_s)
            time.sleep(SETTLE_S)
            memories.append(server.rss_bytes() / 2**20)
    check_status, bench.check_output, _ = run_jangteo(bench.binary, "check", "--data", bench.data)
    disk_bytes = sum(file.stat().st_size for file in bench.data.rglob("*") if file.is_file())
    rows = [
        Row("ready after", statistics.median(starts_s), "s", 2, 1, less_is_better=True),
        Row("memory then", statistics.median(memories), "MB", 60, 40, less_is_better=True),
        Row("jangteo check: exit status", check_status, "", 0, less_is_better=True),
        Row("slowest start", max(starts_s), "s"),
        Row("orders on disk", acknowledged),
        Row("on disk", disk_bytes / 2**20, "MB"),
    ]
    return rows, {"startsS": starts_s, "memoriesMb": memories}
