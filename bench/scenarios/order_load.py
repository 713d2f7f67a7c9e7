"""What the order scenarios share: a shop with stock for everyone, orders against it, every saga to its end, and the offline check after."""
import contextlib
import time

from bench.disk_probe import describe
from bench.driver_run import cores, run_driver
from bench.made_products import import_products, product_ids, write_ids
from bench.metrics_page import OrderWatch, read_orders, wait_until_ended
from bench.server_process import JangteoServer, run_jangteo
from bench.verdict_table import Row

PRODUCT_COUNT = 100
STOCK = 1_000_000_000
ORDER = 'POST /api/orders {"productId":"{id}"}'


@contextlib.contextmanager
def open_shop(bench):
    """(server, file with its product ids). The data directory is fresh, its disk probed before."""
    bench.disk = describe(bench.folder)
    import_products(bench.binary, bench.data, PRODUCT_COUNT, STOCK)
    with JangteoServer(bench.binary, bench.data, io_threads=bench.io_threads) as server:
        yield server, write_ids(bench.folder, product_ids(server.url, PRODUCT_COUNT))


def place_orders(bench, server, ids, requests=(ORDER,), **load):
    """One run of the driver; when it is over, waits for the sagas. Returns the driver's result with an `orders` part added:
    acknowledged and ended orders, and the rate at which sagas ended, from the first request to when the last saga was seen ended:
    never more than the rate at which orders came in. `series` holds the counts while it ran."""
    before = read_orders(server.url)
    with OrderWatch(server.url) as watch:
        result = run_driver(bench.driver, server.address, requests, cpu=cores()[1], server_pid=server.pid, ids=ids, **load)
        acknowledged = sum(kind["statusesWholeRun"].get("201", 0) for kind in result["requests"] if kind["name"].startswith("POST"))
        after_load = read_orders(server.url)
        after = wait_until_ended(server.url, before.placed + acknowledged)
    result["orders"] = order_counts(before, after_load, after, watch.samples, acknowledged, result["startedAtS"])
    return result


def order_counts(before, after_load, after, samples, acknowledged, started_at_s):
    """`after` was read when the last saga had ended; the time from the first request to that reading is the whole run's, never less."""
    ended = after.ended - before.ended
    return {"acknowledged": acknowledged, "placed": after.placed - before.placed, "ended": ended,
            "endedPerS": ended / (after.time_s - started_at_s), "runningAfterLoad": after_load.running, "runningAtEnd": after.running,
            "secondsToEndAfterLoad": after.time_s - after_load.time_s,
            "series": [[sample.time_s - started_at_s, sample.placed - before.placed, sample.ended - before.ended, sample.running]
                       for sample in samples]}


def stop_and_check(bench, server, results):
    """SIGTERM, then `jangteo check`. Rows that must hold: a clean check, and no acknowledged order whose saga did not end."""
    started = time.monotonic()
    status = server.stop()
    stop_s = time.monotonic() - started
    check_status, output, errors = run_jangteo(bench.binary, "check", "--data", bench.data)
    bench.check_output = output if check_status == 0 else output + errors
    acknowledged = sum(result["orders"]["acknowledged"] for result in results)
    ended = sum(result["orders"]["ended"] for result in results)
    return [
        Row("jangteo check: exit status", check_status, "", 0, less_is_better=True),
        Row("acknowledged orders whose saga did not end", acknowledged - ended, "", 0, less_is_better=True),
        Row("acknowledged orders", acknowledged),
        Row("server's exit status on SIGTERM", status, "", 0, less_is_better=True),
        Row("stopped within", stop_s, "s", 10, less_is_better=True),
    ]
