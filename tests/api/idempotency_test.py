"""Idempotency-Key: however often a request comes, also at once or after a restart, it has one effect and one answer."""
import concurrent.futures
import json

from tests.support.shop import unique
from tests.support.stored_orders import read_orders


def body_for(product, quantity=1, token="tok_ok"):
    return {"items": [{"productId": product["id"], "quantity": quantity}], "payment": {"method": "card", "token": token}}


def post(client, body, key, **headers):
    return client.post("/api/orders", json=body, headers={"Idempotency-Key": key, **headers})


def assert_replay(again, first):
    assert again.headers.get("Idempotent-Replayed") == "true"
    assert (again.status_code, again.content, again.headers["Location"]) == (first.status_code, first.content, first.headers["Location"])


def assert_problem(answer, status, code):
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


# Rows: 8
def test_a_repeated_request_is_answered_with_the_same_bytes_and_has_no_second_effect(shop):
    product, key = shop.product(stock=10), unique("key")
    first = post(shop.client, body_for(product), key)
    assert first.status_code == 201 and "Idempotent-Replayed" not in first.headers
    assert_replay(post(shop.client, body_for(product), key), first)
    shop.ended(first.json())
    assert_replay(post(shop.client, body_for(product), key), first)
    shop.wait_for_available(product, 9)


def test_an_answer_that_was_waited_for_is_kept_as_it_was(shop):
    product, key = shop.product(stock=10), unique("key")
    first = post(shop.client, body_for(product), key, Prefer="wait=10")
    assert first.json()["status"] == "confirmed"
    for headers in ({}, {"Prefer": "wait=10"}):
        assert_replay(post(shop.client, body_for(product), key, **headers), first)


def test_a_refusal_that_was_waited_for_is_kept_too(shop):
    product, key = shop.product(stock=10), unique("key")
    body = body_for(product, token="tok_declined")
    first = post(shop.client, body, key, Prefer="wait=10")
    assert_problem(first, 402, "payment_declined")
    again = post(shop.client, body, key, Prefer="wait=10")
    assert_problem(again, 402, "payment_declined")
    assert again.headers.get("Idempotent-Replayed") == "true" and again.json()["link"] == first.json()["link"]


def test_a_key_with_another_body_is_refused_and_changes_nothing(shop):
    product, key = shop.product(stock=10), unique("key")
    first = post(shop.client, body_for(product), key)
    assert_problem(post(shop.client, body_for(product, quantity=2), key), 422, "idempotency_key_reused")
    assert_replay(post(shop.client, body_for(product), key), first)
    shop.ended(first.json())
    shop.wait_for_available(product, 9)


def test_a_repeated_request_is_answered_the_same_when_the_product_is_sold_out_or_gone(shop):
    product, key = shop.product(stock=1), unique("key")
    first = post(shop.client, body_for(product), key)
    shop.ended(first.json())
    shop.wait_for_available(product, 0)
    assert_replay(post(shop.client, body_for(product), key), first)
    assert shop.owner.delete(f"/api/products/{product['id']}").status_code == 204
    assert_replay(post(shop.client, body_for(product), key), first)


def test_equal_keys_of_two_buyers_are_two_orders(shop):
    product, key = shop.product(stock=10), unique("key")
    answers = [post(buyer.client, body_for(product), key) for buyer in (shop.buyer(), shop.buyer())]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json()["id"] != answers[1].json()["id"]


def test_a_key_that_is_no_key_is_refused(shop):
    product = shop.product()
    for key in (b"k" * 256, b"tab\tinside", b"\xc3\xa9"):
        answer = shop.client.post("/api/orders", json=body_for(product), headers=[(b"Idempotency-Key", key)])
        assert_problem(answer, 422, "invalid")
        assert answer.json()["errors"][0]["param"] == "Idempotency-Key"
    assert post(shop.client, body_for(product), "k" * 255).status_code == 201


# Rows: 8, 14
def test_the_same_key_a_hundred_times_in_parallel_is_one_order(shop):
    product, buyer = shop.product(stock=1000), shop.buyer()
    key = unique("key")
    with concurrent.futures.ThreadPoolExecutor(100) as pool:
        answers = list(pool.map(lambda _: post(buyer.client, body_for(product), key), range(100)))
    for answer in answers:
        if answer.status_code != 201:
            assert_problem(answer, 409, "idempotency_in_progress")
            assert answer.json()["retryable"]
    taken = [answer for answer in answers if answer.status_code == 201]
    assert len({answer.content for answer in taken}) == 1
    assert sum("Idempotent-Replayed" not in answer.headers for answer in taken) == 1
    listed = buyer.client.get("/api/orders").json()["data"]
    assert [order["id"] for order in listed] == [taken[0].json()["id"]]
    shop.ended(taken[0].json(), buyer.client)
    shop.wait_for_available(product, 999)


def test_a_request_that_was_answered_is_answered_again_to_everyone_who_repeats_it_at_once(shop):
    product, key = shop.product(stock=1000), unique("key")
    first = post(shop.client, body_for(product), key)
    with concurrent.futures.ThreadPoolExecutor(30) as pool:
        for again in pool.map(lambda _: post(shop.client, body_for(product), key), range(60)):
            assert_replay(again, first)


# Rows: 8, 30
def test_keys_keep_their_order_over_a_restart_in_every_shard(own_shop):
    """40 keys: over four shards, some with an answer that was waited for, each sent again after the restart."""
    product = own_shop.product(stock=1000)
    requests = [(unique("key"), {"Prefer": "wait=10"} if number % 3 == 0 else {}) for number in range(40)]
    first = [post(own_shop.client, body_for(product), key, **headers) for key, headers in requests]
    assert {answer.status_code for answer in first} == {201}
    for answer in first:
        own_shop.ended(answer.json())
    own_shop.restart()
    for (key, headers), answer in zip(requests, first):
        assert_replay(post(own_shop.client, body_for(product), key, **headers), answer)
        assert_problem(post(own_shop.client, body_for(product, quantity=2), key), 422, "idempotency_key_reused")
    own_shop.wait_for_available(product, 960)
    with_links = own_shop.client.get(first[0].json()["links"]["self"])
    assert with_links.status_code == 200, "the key that signs links survives a restart"
    own_shop.server.stop()
    orders = read_orders(own_shop.server.data)
    assert sorted(orders) == sorted(answer.json()["id"] for answer in first)
    assert len({order.file for order in orders.values()}) > 1


def test_the_same_key_a_hundred_times_in_parallel_after_a_restart_is_the_order_from_before(own_shop):
    product, key = own_shop.product(stock=1000), unique("key")
    first = post(own_shop.client, body_for(product), key)
    own_shop.server.kill()
    own_shop.server.start()
    own_shop.open()
    with concurrent.futures.ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: post(own_shop.client, body_for(product), key), range(100)))
    for answer in answers:
        assert_replay(answer, first)
    own_shop.ended(first.json())
    own_shop.wait_for_available(product, 999)
    assert json.loads(first.content)["id"] == answers[0].json()["id"]
