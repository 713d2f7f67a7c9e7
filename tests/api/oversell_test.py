"""Stock under a race: not one piece more is sold than there is, and not one less."""
import itertools
import json

import pytest

from tests.support.crowd import send_all
from tests.support.server import assert_clean
from tests.support.stored_orders import read_orders, read_stock

BUYERS = 10_000
PIECES = 100
WAITING = {"Prefer": "wait=10", "Content-Type": "application/json"}


def short_order(product):
    return "POST", "/api/orders", WAITING, json.dumps({"productId": product["id"]})


def assert_only_refusals(answers):
    for answer in answers:
        assert answer.json()["code"] == "out_of_stock", answer.body


# Rows: 8, 13, 14
def test_ten_thousand_buyers_get_exactly_the_hundred_pieces(own_shop):
    product = own_shop.product(stock=PIECES)
    outcome = send_all(own_shop.server.url, [short_order(product)] * BUYERS, connections=400)
    assert (outcome.statuses(), outcome.lost) == ({201: PIECES, 409: BUYERS - PIECES}, 0)
    assert_only_refusals(outcome.with_status(409))
    sold = [answer.json() for answer in outcome.with_status(201)]
    assert {order["status"] for order in sold} == {"confirmed"}
    for order in sold:
        own_shop.ended(order)
    own_shop.wait_for_available(product, 0)
    own_shop.server.stop()
    data = own_shop.server.data
    assert read_stock(data)[product["variants"][0]["id"]] == (0, 0)
    stored = read_orders(data)
    assert sorted(order.id for order in stored.values() if order.status == "confirmed") == sorted(order["id"] for order in sold)
    assert {order.status for order in stored.values()} <= {"confirmed", "rejected"}
    assert all(order.saga_ended for order in stored.values())
    assert_clean(data)


# Rows: 13, 14
@pytest.mark.parametrize("token_every", [3])
def test_pieces_that_declined_cards_give_back_are_sold_to_those_who_come_after(own_shop, token_every):
    """Every third card is declined; buyers come again until nothing is left: all pieces go to cards that were accepted."""
    product = own_shop.product(stock=60)
    sold = []
    for _ in itertools.takewhile(lambda _: len(sold) < 60, range(20)):
        requests = []
        for number in range(150):
            token = "tok_declined" if number % token_every == 0 else "tok_ok"
            body = {"items": [{"productId": product["id"], "quantity": 1}], "payment": {"method": "card", "token": token}}
            requests.append(("POST", "/api/orders", WAITING, json.dumps(body)))
        outcome = send_all(own_shop.server.url, requests, connections=50)
        assert outcome.lost == 0 and set(outcome.statuses()) <= {201, 402, 409}
        assert_only_refusals(outcome.with_status(409))
        sold += [answer.json() for answer in outcome.with_status(201)]
    assert len(sold) == 60 and {order["status"] for order in sold} == {"confirmed"}
    for order in sold:
        own_shop.ended(order)
    own_shop.server.stop()
    assert read_stock(own_shop.server.data)[product["variants"][0]["id"]] == (0, 0)
    assert_clean(own_shop.server.data)


# Rows: 13, 14
def test_carts_that_want_the_same_products_in_any_order_neither_block_each_other_nor_oversell(own_shop):
    """Two-line and three-line orders over six products in every rotation, ten pieces each: the stock never goes below zero, none is lost."""
    products = [own_shop.product(stock=10) for _ in range(6)]
    requests = []
    for number in range(300):
        wanted = [products[(number + step) % 6] for step in range(2 + number % 2)]
        if number % 4 >= 2:
            wanted.reverse()
        body = {"items": [{"productId": product["id"]} for product in wanted], "payment": {"method": "card", "token": "tok_ok"}}
        requests.append(("POST", "/api/orders", WAITING, json.dumps(body)))
    outcome = send_all(own_shop.server.url, requests, connections=60)
    assert outcome.lost == 0 and set(outcome.statuses()) <= {201, 409}
    sold = {product["id"]: 0 for product in products}
    for answer in outcome.with_status(201):
        order = own_shop.ended(answer.json())
        assert order["status"] == "confirmed"
        for item in order["items"]:
            sold[item["productId"]] += item["quantity"]
    for product in products:
        own_shop.wait_for_available(product, 10 - sold[product["id"]])
    own_shop.server.stop()
    stock = read_stock(own_shop.server.data)
    assert [stock[product["variants"][0]["id"]] for product in products] == [(10 - sold[product["id"]], 0) for product in products]
    assert_clean(own_shop.server.data)
