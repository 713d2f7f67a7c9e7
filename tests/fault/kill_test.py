"""kill -9 and SIGTERM under load at random moments: what was acknowledged is there after the restart, equal keys answer equal orders, every saga ends,
and `jangteo check` finds nothing."""
import json
import random
import signal
import threading
import time

import pytest

from tests.support.crowd import send_all
from tests.support.server import assert_clean
from tests.support.shop import unique
from tests.support.stored_orders import database_files, query, read_orders, read_stock

TOKENS = ["tok_ok"] * 8 + ["tok_declined", "tok_error_then_ok", "tok_slow_30", "tok_timeout"]
CONNECTIONS = 40


class Promises:
    """What the server has said about each key, over all its lives."""

    def __init__(self):
        self.orders = {}  # key -> (body sent, headers sent, order id, path of the order)
        self.open = {}  # key -> (body sent, headers sent): sent, never answered
        self.cancelled = set()  # order ids

    def note(self, key, body, headers, answer):
        """One answer to POST /api/orders. Another one for the same key must speak of the same order."""
        content = answer.json()
        if answer.status == 201:
            path = content["links"]["self"]
        else:
            assert answer.status in (402, 409, 503), (answer.status, answer.body)
            assert content["code"] in ("payment_declined", "out_of_stock", "idempotency_in_progress", "unavailable"), answer.body
            path = content.get("link")
            if path is None:
                return  # no order was made
        order = path.split("/")[3].split("?")[0]
        if key in self.orders:
            assert self.orders[key][2] == order, f"key {key} was {self.orders[key][2]}, now {order}"
        self.orders[key] = (body, headers, order, path)
        self.open.pop(key, None)


def make_request(draw, products, promises):
    key = unique("kill")
    wanted = draw.sample(products, draw.choice([1, 1, 1, 2, 3]))
    body = json.dumps({"items": [{"productId": product["id"], "quantity": draw.randint(1, 2)} for product in wanted],
                       "payment": {"method": "card", "token": draw.choice(TOKENS)}})
    headers = {"Content-Type": "application/json", "Idempotency-Key": key}
    if draw.random() < 0.3:
        headers["Prefer"] = "wait=10"
    promises.open[key] = (body, headers)
    return "POST", "/api/orders", headers, body


def run_until_ended(shop, draw, products, promises, end):
    """Orders from many connections, and cancellations of some, until the server's process is sent the signal `end` at a random moment."""
    killed, answered = threading.Event(), threading.Event()
    wanted_answers = draw.randint(1, 400)
    pause_s = draw.random() * 0.4
    sent, cancelled = {}, {}
    count = 0

    def kill():
        answered.wait(60)
        time.sleep(pause_s)
        shop.server.process.send_signal(end)
        killed.set()

    def requests():
        number = 0
        while not killed.is_set():
            if number % 11 == 10 and promises.orders:
                _, _, order, path = draw.choice(list(promises.orders.values()))
                cancelled[number] = order
                request = ("POST", path.replace("?", "/cancel?"), {}, None)
            else:
                request = sent[number] = make_request(draw, products, promises)
            number += 1
            yield request

    def on_answer(answer):
        nonlocal count
        count += 1
        if count >= wanted_answers:
            answered.set()
        if answer.number in sent:
            _, _, headers, body = sent[answer.number]
            promises.note(headers["Idempotency-Key"], body, headers, answer)
        else:
            assert answer.status in (200, 409, 503), (answer.status, answer.body)
            if answer.status == 200:
                promises.cancelled.add(cancelled[answer.number])

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    try:
        send_all(shop.server.url, requests(), CONNECTIONS, on_answer, killed.is_set)
    finally:
        answered.set()
        killer.join()


def run_until_killed(shop, draw, products, promises):
    run_until_ended(shop, draw, products, promises, signal.SIGKILL)
    shop.server.kill_noticed()


def assert_promises_hold(shop, promises, keys):
    """Every acknowledged order can be read and its key answers it; keys without an answer are sent again and become one order."""
    repeats = [(key, *promises.orders[key][:2]) for key in keys] + [(key, *sent) for key, sent in promises.open.items()]
    known = set(promises.orders)
    outcome = send_all(shop.server.url, [("POST", "/api/orders", headers, body) for _, body, headers in repeats], CONNECTIONS)
    assert outcome.lost == 0
    for answer in outcome.answers:
        key, body, headers = repeats[answer.number]
        promises.note(key, body, headers, answer)
        if key in known:
            assert answer.headers.get("Idempotent-Replayed") == "true", (key, answer.status, answer.body)
    promises.open.clear()
    read = send_all(shop.server.url, [("GET", promises.orders[key][3], {}, None) for key in keys], CONNECTIONS)
    assert read.lost == 0 and set(read.statuses()) <= {200}, read.statuses()


def wait_until_every_saga_ended(data, timeout_s=120):
    end = time.monotonic() + timeout_s
    while True:
        running = sum(query(file, "SELECT COUNT(*) FROM saga WHERE ended = 0")[0][0] for file in database_files(data, "order"))
        if running == 0:
            return
        assert time.monotonic() < end, f"{running} sagas did not end within {timeout_s} s"
        time.sleep(0.1)


def assert_books_balance(data, promises, products):
    """On disk: every acknowledged order and no other, cancelled ones cancelled, and of each product what was not sold."""
    stored = read_orders(data)
    acknowledged = {order for _, _, order, _ in promises.orders.values()}
    assert sorted(acknowledged - set(stored)) == [], "acknowledged and lost"
    assert sorted(set(stored) - acknowledged) == [], "made for nobody"
    assert {order.status for order in stored.values()} <= {"confirmed", "rejected", "cancelled"}
    assert {stored[order].status for order in promises.cancelled} <= {"cancelled"}
    sold = {}
    for order in stored.values():
        if order.status == "confirmed":
            for item in order.items:
                sold[item["variantId"]] = sold.get(item["variantId"], 0) + item["quantity"]
    stock = read_stock(data)
    for product in products:
        [variant] = product["variants"]
        assert stock[variant["id"]] == (product["stock"]["available"] - sold.get(variant["id"], 0), 0)


# Rows: 8, 9, 12, 13, 14
@pytest.mark.parametrize("rounds", [3, pytest.param(20, marks=pytest.mark.slow)])
def test_what_was_acknowledged_survives_kill_9_under_load(own_shop, rounds):
    seed = random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")  # shown when the test fails
    draw = random.Random(seed)
    products = [own_shop.product(stock=5000) for _ in range(6)] + [own_shop.product(stock=50)]
    promises = Promises()
    data = own_shop.server.data
    for _ in range(rounds):
        before = sorted(promises.orders)
        run_until_killed(own_shop, draw, products, promises)
        own_shop.server.start()
        own_shop.open()
        assert_promises_hold(own_shop, promises, sorted(set(promises.orders) - set(before)) + draw.sample(before, min(len(before), 50)))
    wait_until_every_saga_ended(data)
    assert_promises_hold(own_shop, promises, list(promises.orders))
    wait_until_every_saga_ended(data)
    own_shop.server.stop()
    assert_books_balance(data, promises, products)
    assert_clean(data)


# Rows: 12, 13
def test_a_server_killed_again_and_again_while_it_starts_loses_nothing(own_shop):
    """Recovery itself is interrupted: after a kill with sagas under way, starts are cut off at random moments of their work."""
    seed = random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")
    draw = random.Random(seed)
    products = [own_shop.product(stock=5000) for _ in range(3)]
    promises = Promises()
    run_until_killed(own_shop, draw, products, promises)
    for _ in range(5):
        own_shop.server.launch()
        time.sleep(draw.random() * 0.3)
        own_shop.server.kill()
    own_shop.server.start()
    own_shop.open()
    assert_promises_hold(own_shop, promises, list(promises.orders))
    wait_until_every_saga_ended(own_shop.server.data)
    own_shop.server.stop()
    assert_books_balance(own_shop.server.data, promises, products)
    assert_clean(own_shop.server.data)


# Rows: 8, 13
def test_a_stop_under_load_loses_nothing_and_ends_well(own_shop):
    """SIGTERM: what is being answered is answered or refused with 503, the process ends by itself with 0, the sagas go on at the next start."""
    seed = random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")
    draw = random.Random(seed)
    products = [own_shop.product(stock=5000) for _ in range(3)]
    promises = Promises()
    for _ in range(2):
        run_until_ended(own_shop, draw, products, promises, signal.SIGTERM)
        own_shop.server.stop_noticed()
        own_shop.server.start()
        own_shop.open()
        assert_promises_hold(own_shop, promises, list(promises.orders))
    wait_until_every_saga_ended(own_shop.server.data)
    own_shop.server.stop()
    assert_books_balance(own_shop.server.data, promises, products)
    assert_clean(own_shop.server.data)


# Rows: 13
def test_sagas_under_way_at_a_stop_go_on_after_the_start(own_shop):
    """SIGTERM while cards are slow: the stop does not wait for them, the next start finishes them."""
    product = own_shop.product(stock=1000)
    placed = [own_shop.placed(product, token="tok_slow_4000") for _ in range(20)]
    own_shop.restart()
    for order in placed:
        assert own_shop.ended(order)["status"] == "confirmed"
    own_shop.wait_for_available(product, 980)
    own_shop.server.stop()
    assert_clean(own_shop.server.data)
