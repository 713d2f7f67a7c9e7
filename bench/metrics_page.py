"""Reads /metrics (Prometheus text format) of a server under load and watches the orders go through."""
import re
import threading
import time

from bench.server_process import fetch

LINE = re.compile(r'^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})?\s+(\S+)')
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"')


def parse(text):
    """{(name, ((label, value), ...)): number}, labels sorted."""
    values = {}
    for line in text.splitlines():
        match = LINE.match(line)
        if match and not line.startswith("#"):
            name, labels, value = match.groups()
            values[name, tuple(sorted(LABEL.findall(labels or "")))] = float(value)
    return values


class OrderCounts:
    """Orders by state and sagas on their way, as counted since the server started."""

    def __init__(self, values, time_s):
        self.time_s = time_s
        self.by_state = {dict(labels).get("state"): value for (name, labels), value in values.items() if name == "jangteo_orders_total"}
        self.running = sum(value for (name, _), value in values.items() if name == "jangteo_sagas_running")

    @property
    def placed(self):
        return self.by_state.get("placed", 0)

    @property
    def ended(self):
        """Orders whose saga came to an end. A cancelled order was confirmed first, so it counts once."""
        return self.by_state.get("confirmed", 0) + self.by_state.get("rejected", 0)


def read_orders(url):
    return OrderCounts(parse(fetch(url + "/metrics")[2].decode("utf-8", "replace")), time.monotonic())


class OrderWatch:
    """Reads the counts every period_s on a thread of its own, while a load runs. A context; `samples` afterwards."""

    def __init__(self, url, period_s=0.5):
        self.url = url
        self.period_s = period_s
        self.samples = []
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)

    def watch(self):
        while not self.stopping.wait(self.period_s):
            try:
                self.samples.append(read_orders(self.url))
            except OSError:
                continue

    def __enter__(self):
        self.samples.append(read_orders(self.url))
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.thread.join()


def wait_until_ended(url, placed, timeout_s=120, stuck_s=15):
    """Waits until every placed order's saga ended. Returns the last counts; gives up when nothing moves for stuck_s."""
    last_move = time.monotonic()
    end = last_move + timeout_s
    before = -1
    while True:
        counts = read_orders(url)
        if counts.ended >= placed and counts.running == 0:
            return counts
        if counts.ended != before:
            before, last_move = counts.ended, time.monotonic()
        if time.monotonic() > end or time.monotonic() > last_move + stuck_s:
            return counts
        time.sleep(0.05)
