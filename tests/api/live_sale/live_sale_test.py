"""The one story through everything, with what there is: a seller sells 100 pieces to 10,000 buyers while the live page counts along; the
numbers it shows are the order store's to the won, and one trace id leads from a buyer's request through the saga to the payment."""
import json
import threading
import time

import httpx
import pytest

from tests.support.contract import EVENTS_FILE, Schemas, load_yaml
from tests.support.crowd import send_all
from tests.support.server import LOAD_TEST_PROFILE, assert_clean
from tests.support.shop import open_shop
from tests.support.stored_orders import read_orders, read_stock, read_topic

BUYERS = 10_000
PIECES = 100
PRICE = 39_900
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


class LivePage:
    """Reads GET /api/live on a thread of its own, as the page does. A context."""

    def __init__(self, url):
        self.url = url
        self.ticks = []
        self.orders = []
        self.opened = threading.Event()
        self.stopping = False
        self.thread = threading.Thread(target=self.watch, daemon=True)

    def __enter__(self):
        self.thread.start()
        assert self.opened.wait(30), "the stream did not open"
        return self

    def __exit__(self, *_):
        self.stopping = True
        self.thread.join(30)

    def watch(self):
        with httpx.stream("GET", self.url + "/api/live", timeout=30, trust_env=False) as response:
            assert response.headers["Content-Type"] == "text/event-stream"
            self.opened.set()
            event = None
            for line in response.iter_lines():
                line = line.rstrip("\n")
                if line.startswith("event: "):
                    event = line.removeprefix("event: ")
                elif line.startswith("data: "):
                    {"tick": self.ticks, "order": self.orders}[event].append(json.loads(line.removeprefix("data: ")))
                if self.stopping:
                    return

    def wait_for(self, wanted, what):
        """The first tick from now on that is as wanted."""
        end, seen = time.monotonic() + 60, len(self.ticks)
        while time.monotonic() < end:
            for tick in self.ticks[seen:]:
                if wanted(tick):
                    return tick
            time.sleep(0.1)
        raise AssertionError(f"the live page never showed {what}; last: {self.ticks[-1:]}")


@pytest.fixture(scope="module")
def sale(tmp_path_factory):
    """The sale, held once. The tests look at it from all sides; the server has stopped by then."""
    with open_shop(tmp_path_factory.mktemp("sale"), arguments=[*LOAD_TEST_PROFILE, "--set", "log.access_sample_every=1"]) as shop:
        sale = shop
        sale.product_sold = shop.product(stock=PIECES, amount=PRICE)
        sale.fan = shop.buyer()
        with LivePage(shop.server.url) as page:
            # The first buyer is one that we follow. Its card fails once and is tried again.
            answer = shop.order(sale.product_sold, token="tok_error_then_ok", client=sale.fan.client, wait_s=10,
                                traceparent=f"00-{TRACE}-00f067aa0ba902b7-01")
            assert answer.status_code == 201 and answer.json()["status"] == "confirmed", answer.text
            sale.followed = shop.ended(answer.json(), sale.fan.client)
            order = ("POST", "/api/orders", {"Prefer": "wait=10", "Content-Type": "application/json"}, json.dumps({"productId": sale.product_sold["id"]}))
            sale.outcome = send_all(shop.server.url, [order] * (BUYERS - 1), connections=400)
            bought = [answer.json() for answer in sale.outcome.with_status(201)]
            for order in bought:
                shop.ended(order)
            # One of them has second thoughts; the piece is sold again.
            regretted = bought[0]
            assert shop.client.post(regretted["links"]["self"].replace("?", "/cancel?")).status_code == 200
            shop.ended(regretted)
            shop.wait_for_available(sale.product_sold, 1)
            sale.last = shop.confirmed(sale.product_sold)
            sale.tick = page.wait_for(lambda tick: tick["orders"]["cancelled"] == 1 and tick["orders"]["confirmed"] == PIECES, "the end of the sale")
            sale.page = page
        sale.metrics_at_end = shop.metrics()
        shop.server.stop()
        yield sale


# Rows: 8, 14
def test_exactly_as_many_orders_are_confirmed_as_there_are_pieces(sale):
    assert sale.outcome.lost == 0
    assert sale.outcome.statuses() == {201: PIECES - 1, 409: BUYERS - PIECES}
    assert {answer.json()["code"] for answer in sale.outcome.with_status(409)} == {"out_of_stock"}
    confirmed = [order for order in read_orders(sale.server.data).values() if order.status == "confirmed"]
    assert len(confirmed) == PIECES
    assert read_stock(sale.server.data)[sale.product_sold["variants"][0]["id"]] == (0, 0)


# Rows: 21
def test_the_live_page_shows_the_order_stores_revenue_to_the_won(sale):
    stored = read_orders(sale.server.data).values()
    counts = {status: sum(order.status == status for order in stored) for status in ("confirmed", "rejected", "cancelled")}
    assert sale.tick["orders"] == {"placed": len(stored), **counts}
    revenue = sum(order.total for order in stored if order.status == "confirmed")
    assert sale.tick["revenue"] == {"amount": revenue, "currency": "KRW"} and revenue == PIECES * PRICE


# Rows: 21
def test_the_live_page_counted_along_while_it_happened(sale):
    ticks = sale.page.ticks
    assert len(ticks) >= 2
    placed = [tick["orders"]["placed"] for tick in ticks]
    assert placed == sorted(placed)
    assert max(tick["requestsPerSecond"] for tick in ticks) > 0 and max(tick["p95Ms"] for tick in ticks) > 0
    for tick in ticks:
        assert 0 <= tick["availability"] <= 1 and 0 <= tick["cacheHitRate"] <= 1 and tick["errorsPerSecond"] == 0
        assert tick["orders"]["confirmed"] <= PIECES
    shown = {order["status"] for order in sale.page.orders}
    assert shown and shown <= {"pending", "confirmed", "rejected", "cancelled"}
    assert {order["total"]["amount"] for order in sale.page.orders} == {PRICE}


# Rows: 12, 13, 29
def test_one_trace_id_leads_from_the_request_through_the_saga_to_the_payment(sale):
    assert sale.followed["traceId"] == TRACE
    data, order = sale.server.data, sale.followed["id"]
    types = {}
    for topic in ("order.events", "stock.commands", "stock.replies", "payment.commands", "payment.replies"):
        records = [value for key, value in read_topic(data, topic) if key == order]
        assert records and {record["trace"] for record in records} == {TRACE}, topic
        types[topic] = [record["type"] for record in records]
    assert types["order.events"] == ["order.pending", "order.confirmed"]
    assert types["stock.commands"] == ["stock.reserve", "stock.commit"] and types["stock.replies"] == ["stock.reserved", "stock.committed"]
    assert types["payment.commands"] == ["payment.authorize", "payment.capture"]
    assert types["payment.replies"] == ["payment.authorized", "payment.captured"]
    lines = [json.loads(line) for line in sale.server.log().splitlines() if line.startswith("{") and TRACE in line]
    assert any("createOrder" in json.dumps(line) for line in lines), "the request's line in the access log"
    assert any("payment." in json.dumps(line) for line in lines), "the payment that was tried again"


# Rows: 12
def test_everything_on_the_event_log_is_as_the_contract_says(sale):
    document = load_yaml(EVENTS_FILE)
    schemas = Schemas(document)
    for topic, stated in document["topics"].items():
        records = read_topic(sale.server.data, topic)
        assert len(records) >= PIECES, topic
        for key, value in records[:200] + records[-200:]:
            assert key == value["orderId"] and schemas.problems(value, stated["schema"]) == [], (topic, value)


def test_the_story_leaves_a_sound_shop(sale):
    assert_clean(sale.server.data)
    confirmed = sum(value for (name, labels), value in sale.metrics_at_end.items() if name == "jangteo_orders_total" and ("state", "confirmed") in labels)
    assert confirmed == PIECES + 1, "one was confirmed and cancelled later"
