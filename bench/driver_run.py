"""Runs bench_driver and reads its result. Finds it beside the server's binary, or builds it alone under build/bench."""
import json
import os
import pathlib
import shutil
import statistics
import subprocess

from bench.server_process import ROOT, BenchError, allow_open_files


def find_driver(explicit=None):
    if explicit:
        if not pathlib.Path(explicit).exists():
            raise BenchError(f"{explicit} does not exist")
        return pathlib.Path(explicit)
    for folder in ("release", "bench"):
        candidate = ROOT / "build" / folder / "bench_driver"
        if candidate.exists():
            return candidate
    return build_driver()


def build_driver():
    if not shutil.which("cmake"):
        raise BenchError("bench_driver is not built and cmake is not installed: run script/build --preset release bench_driver")
    folder = ROOT / "build" / "bench"
    generator = ["-G", "Ninja"] if shutil.which("ninja") else []
    for command in (["cmake", "-S", str(ROOT / "bench"), "-B", str(folder), *generator],
                    ["cmake", "--build", str(folder), "--target", "bench_driver"]):
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode != 0:
            raise BenchError(f"building bench_driver failed:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    return folder / "bench_driver"


def run_driver(driver, address, requests, *, cpu=None, **options):
    """One run; options are those of bench_driver with _ for - (a list repeats the option, None leaves it out). Returns the result as parsed.

    The driver ends by itself: after its duration or count and the time it waits for the last answers.
    """
    command = [str(driver), "--target", address]
    for request in requests:
        command += ["--request", request]
    if cpu is not None:
        command += ["--cpu", str(cpu)]
    for name, value in options.items():
        for item in value if isinstance(value, (list, tuple)) else [value]:
            if item is not None:
                command += ["--" + name.replace("_", "-"), str(item)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, preexec_fn=allow_open_files)
    if done.returncode != 0:
        raise BenchError(f"bench_driver ended with status {done.returncode}: {' '.join(command)}")
    return json.loads(done.stdout)


def require_clean(result, what):
    """A figure with errors in it is none."""
    counted = result["counted"]
    wrong = counted["unexpected"] + counted["failed"]
    if wrong or not counted["expected"]:
        samples = json.dumps(result["errorSamples"], ensure_ascii=False)
        raise BenchError(f"{what}: {counted['expected']} right, {counted['unexpected']} wrong answers, {counted['failed']} without any; {samples}")


def median_of(results, *path):
    """The median over runs of result[path[0]][path[1]]..."""

    def value(result):
        for key in path:
            result = result[key]
        return result

    return statistics.median(value(result) for result in results)


def in_pairs(first, second, pair_count):
    """A B A B ...: calls both in turn, so that what drifts on the machine touches both alike. Returns two lists of results."""
    results = ([], [])
    for _ in range(pair_count):
        results[0].append(first())
        results[1].append(second())
    return results


def cores():
    """(core of the server, core of the driver): the first and the last that this process may use."""
    allowed = sorted(os.sched_getaffinity(0))
    return allowed[0], allowed[-1]


def availability(result):
    """The share of all counted requests that were good: answered as expected, within bench_driver's --good-ms."""
    counted = result["counted"]
    total = counted["expected"] + counted["unexpected"] + counted["failed"]
    return counted["good"] / total if total else 0.0
