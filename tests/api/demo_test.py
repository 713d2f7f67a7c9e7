"""Demo mode as a visitor meets it: a filled shop, shoppers from the first second, flash sales, declining cards, and numbers that go on
after a restart."""
import json
import re
import time

import httpx
import pytest

from tests.support.server import Server, assert_clean, run_jangteo
from tests.support.shop import log_in

QUIET = ["--demo", "--set", "demo.shoppers=0"]
TIMEOUT_S = 60


def wait_for(what, look, timeout_s=TIMEOUT_S):
    """The first truthy answer of `look`."""
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"{what} did not come within {timeout_s} s")


def next_tick(server):
    with httpx.stream("GET", server.url + "/api/live", timeout=30, trust_env=False) as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        event = ""
        for line in map(str.strip, answer.iter_lines()):
            if line.startswith("event: "):
                event = line[len("event: "):]
            elif line.startswith("data: ") and event == "tick":
                return json.loads(line[len("data: "):])
    raise AssertionError("the stream ended without a tick")


def sell(server, buyers, pieces):
    client = server.client()
    started = client.post("/api/demo/flash-sale", json={"buyers": buyers, "pieces": pieces})
    assert started.status_code == 202, started.text

    def done():
        sale = client.get("/api/demo").json()["flashSale"]
        return sale if sale["state"] == "done" else None

    return wait_for("the end of the flash sale", done)


@pytest.fixture
def quiet_demo(tmp_path):
    with Server(tmp_path / "data", QUIET) as server:
        yield server


def test_the_shop_is_full_and_the_flash_sale_is_not_on_its_first_page(quiet_demo):
    client = quiet_demo.client()
    first = client.get("/api/products").json()
    assert len(first["data"]) == 20 and first["hasMore"]
    everything = client.get("/api/products?limit=100").json()["data"]
    assert len(everything) >= 40
    sale = client.get("/api/demo").json()["flashSale"]["productId"]
    assert sale in {product["id"] for product in everything}
    assert sale not in {product["id"] for product in first["data"]}
    for product in everything:
        assert product["price"]["currency"] == "KRW"
        assert product["stock"]["available"] >= (100_000 if product["id"] != sale else 1)
        assert client.get(product["image"]).text.startswith("<svg "), product["image"]


# Rows: 14
def test_a_flash_sale_to_ten_thousand_buyers_confirms_exactly_its_hundred_pieces_and_the_next_one_too(quiet_demo):
    for _ in range(2):
        sale = sell(quiet_demo, 10_000, 100)
        assert (sale["confirmed"], sale["refused"], sale["failed"]) == (100, 9_900, 0)
    tick = wait_for("the last order", lambda: (tick := next_tick(quiet_demo))["orders"]["confirmed"] == 200 and tick)
    assert tick["revenue"] == {"amount": 200 * 9_900, "currency": "KRW"}
    quiet_demo.stop()
    assert_clean(quiet_demo.data)
    quiet_demo.start()


# Rows: 13, 14
def test_while_every_card_is_declined_a_flash_sale_sells_nothing_and_keeps_its_pieces(quiet_demo):
    client = quiet_demo.client()
    assert client.put("/api/demo/decline-rate", json={"percent": 100}).json() == {"declinePercent": 100}
    sale = sell(quiet_demo, 60, 20)
    assert (sale["confirmed"], sale["refused"], sale["failed"]) == (0, 60, 0)

    def given_back():
        return client.get(f"/api/products/{sale['productId']}").json()["stock"]["available"] == 20

    wait_for("the pieces that declined cards held", given_back)
    assert client.put("/api/demo/decline-rate", json={"percent": 0}).status_code == 200
    assert sell(quiet_demo, 60, 20)["confirmed"] == 20


def test_only_one_flash_sale_runs_at_a_time(quiet_demo):
    client = quiet_demo.client()
    assert client.post("/api/demo/flash-sale", json={"buyers": 20_000, "pieces": 10}).status_code == 202
    assert client.post("/api/demo/flash-sale", json={"buyers": 10, "pieces": 10}).status_code == 409
    wait_for("the end of the flash sale", lambda: client.get("/api/demo").json()["flashSale"]["state"] == "done")


def test_shoppers_buy_from_the_first_seconds_and_numbers_and_accounts_outlive_a_restart(tmp_path):
    with Server(tmp_path / "data", ["--demo", "--set", "demo.orders_per_minute=3000"]) as server:
        wait_for("twenty orders", lambda: next_tick(server)["orders"]["confirmed"] >= 20)
    assert_clean(server.data)
    server.arguments = QUIET
    with server:
        client = server.client()
        assert len(client.get("/api/products?limit=100").json()["data"]) < 60, "filled twice"
        before = next_tick(server)
        assert before["orders"]["confirmed"] >= 20
        assert before["revenue"]["amount"] > 0
        counted = before["orders"]
        assert counted["placed"] == counted["confirmed"] + counted["rejected"] + counted["cancelled"]
        assert sell(server, 10, 5)["confirmed"] == 5

        def counted_on():
            tick = next_tick(server)
            return tick["orders"]["confirmed"] == before["orders"]["confirmed"] + 5 and tick

        tick = wait_for("five more orders", counted_on)
        assert tick["revenue"]["amount"] == before["revenue"]["amount"] + 5 * 9_900
        password = (server.data / "demo-password").read_text(encoding="utf-8").strip()
        assert log_in(server, "owner@demo.example", password)


# Rows: 28
def test_the_reporter_prints_its_line_on_standard_output(tmp_path):
    with Server(tmp_path / "data", ["--set", "report.interval_s=1"]) as server:
        client = server.client()

        def lines():
            client.get("/api/products")
            return re.findall(r"^TPS: (\d+\.\d), P95 Latency: (\d+\.\d)ms$", server.log(), re.MULTILINE)

        wait_for("a line with requests", lambda: any(float(tps) > 0 and float(p95) > 0 for tps, p95 in lines()))


def test_the_demo_command_sends_shoppers_to_a_running_shop(quiet_demo):
    done = run_jangteo("demo", "--url", quiet_demo.url, "--seconds", "3", "--orders-per-second", "30")
    assert done.returncode == 0, done.stderr
    ordered, failed = map(int, re.search(r"ordered (\d+), refused \d+, failed (\d+)$", done.stdout, re.MULTILINE).groups())
    assert ordered > 0 and failed == 0, done.stdout
    assert run_jangteo("demo", "--url", "ftp://shop").returncode == 2


def test_a_directory_with_demo_accounts_is_served_by_demo_mode_only(tmp_path):
    with Server(tmp_path / "data", QUIET):
        pass
    refused = run_jangteo("serve", "--data", tmp_path / "data", "--port", 0)
    assert refused.returncode == 1
    assert "serve it with --demo" in refused.stderr
