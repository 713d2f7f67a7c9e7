"""idle-memory: resident memory of a server that nobody has asked for anything, with 101 products on disk."""
import statistics
import time

from bench.made_products import import_products
from bench.server_process import JangteoServer
from bench.verdict_table import Row

START_COUNT = 3
SETTLE_S = 5


def measure(bench):
    import_products(bench.binary, bench.data, 101, 1000)
    memories = []
    for _ in range(START_COUNT):
        with JangteoServer(bench.binary, bench.data, io_threads=bench.io_threads) as server:
            time.sleep(SETTLE_S)
            memories.append(server.rss_bytes() / 2**20)
    return [Row("idle memory", statistics.median(memories), "MB", 60, 40, less_is_better=True)], {"memoriesMb": memories}
