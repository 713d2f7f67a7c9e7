import subprocess

from bench.server_process import ROOT


def run(*arguments):
    return subprocess.run([ROOT / "bench/run", *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True)


def test_says_what_is_missing_and_measures_nothing():
    done = run("shop-mixed", "--binary", "/nonexistent/jangteo")
    assert done.returncode == 2
    assert "/nonexistent/jangteo does not exist" in done.stderr and "Traceback" not in done.stderr


def test_refuses_to_measure_where_nothing_is_durable():
    done = run("shop-orders", "--binary", "/bin/true", "--folder", "/dev/shm")
    assert done.returncode == 2
    assert "tmpfs" in done.stderr
