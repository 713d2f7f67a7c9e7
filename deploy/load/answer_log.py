"""What the load tools wrote down, read into one kind of result, and that held against the service level."""
import csv
import pathlib
import sys
from collections import Counter

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from bench.verdict_table import Row  # noqa: E402

GOOD_MS = 500  # a request is good when it does not fail and takes less


class Samples:
    """Every answer of a run: milliseconds and whether the tool called it a success."""

    def __init__(self):
        self.count_by_ms = Counter()
        self.failed = 0
        self.good = 0
        self.first_ms = None
        self.last_ms = 0
        self.by_name = Counter()
        self.failures = Counter()

    def add(self, name, started_ms, elapsed_ms, succeeded, failure=""):
        self.count_by_ms[elapsed_ms] += 1
        self.by_name[name] += 1
        self.first_ms = started_ms if self.first_ms is None else min(self.first_ms, started_ms)
        self.last_ms = max(self.last_ms, started_ms + elapsed_ms)
        if not succeeded:
            self.failed += 1
            self.failures[failure] += 1
        elif elapsed_ms < GOOD_MS:
            self.good += 1

    @property
    def count(self):
        return self.count_by_ms.total()

    def percentile_ms(self, percent):
        rank = max(1, -(-self.count * percent // 100))
        seen = 0
        for elapsed_ms in sorted(self.count_by_ms):
            seen += self.count_by_ms[elapsed_ms]
            if seen >= rank:
                return elapsed_ms
        return 0

    def rows(self):
        if not self.count:
            raise ValueError("the tool made no request")
        duration_s = max(self.last_ms - self.first_ms, 1) / 1000
        rows = [
            Row("failures", self.failed, "", 0, less_is_better=True),
            Row("availability (no failure, under 500 ms)", 100 * self.good / self.count, "%", 99.9),
            Row("p95 (under 200 ms)", self.percentile_ms(95), "ms", 199, less_is_better=True),
            Row("p99 (under 500 ms)", self.percentile_ms(99), "ms", 499, less_is_better=True),
            Row("slowest", max(self.count_by_ms), "ms"),
            Row("requests", self.count),
            Row("requests", self.count / duration_s, "per second"),
            Row("measured", duration_s, "s"),
        ]
        return rows + [Row(name, count) for name, count in sorted(self.by_name.items())]


def read_jmeter(path):
    samples = Samples()
    with open(path, newline="", encoding="utf-8", errors="replace") as file:
        rows = csv.reader(file)
        column = {name: index for index, name in enumerate(next(rows))}
        time, elapsed, label, code, success = (column[name] for name in ("timeStamp", "elapsed", "label", "responseCode", "success"))
        for row in rows:
            samples.add(row[label], int(row[time]), int(row[elapsed]), row[success] == "true", row[code])
    return samples


def read_gatling(path):
    """The lines `REQUEST group name start end OK|KO message` of Gatling 3's text log, parted by tabs, times in milliseconds."""
    samples = Samples()
    with open(path, encoding="utf-8", errors="replace") as file:
        for line in file:
            if not line.startswith("REQUEST\t"):
                continue
            _, _, name, start, end, status, message = line.rstrip("\n").split("\t", 6)
            samples.add(name, int(start), int(end) - int(start), status == "OK", f"{name}: {message.strip()}")
    return samples


def read_k6(path):
    """k6's CSV: one line per metric and request; http_req_duration in milliseconds, timestamps (of the end) in whole seconds."""
    samples = Samples()
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["metric_name"] == "http_req_duration":
                elapsed_ms = round(float(row["metric_value"]))
                samples.add(row["name"], int(row["timestamp"]) * 1000 - elapsed_ms, elapsed_ms, row["expected_response"] == "true",
                            f"{row['name']}: {row['status']} {row['error']}".strip())
    return samples
