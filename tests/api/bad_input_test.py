"""Bad input: an answer with a stable code, nothing changed in the data, and a server that goes on serving."""
import base64
import contextlib
import hashlib
import json
import time

import pytest

from tests.support.raw_connection import RawConnection, exchange
from tests.support.shop import open_shop, product_draft, unique
from tests.support.stored_orders import query

MISSING = "prd_0192f3c0-7a1b-7c3d-9e4f-0123456789ab"
PAYMENT = {"method": "card", "token": "tok_ok"}


@pytest.fixture(scope="module")
def target(tmp_path_factory):
    """A shop that only this file talks to, so that it can tell when its data changes."""
    with open_shop(tmp_path_factory.mktemp("target")) as shop:
        shop.wanted = shop.product(stock=1000)
        shop.customer = shop.buyer()
        yield shop


def fingerprint(data):
    """Of everything in the databases but what moves by itself: how far consumers have read and what waits to be published."""
    rows = hashlib.sha256()
    for file in sorted(data.rglob("*.db")):
        for (table,) in query(file, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"):
            if table not in ("consumer_position", "outbox"):
                rows.update(f"{file.name} {table} {query(file, f'SELECT * FROM {table}')!r}".encode())
    return rows.hexdigest()


@contextlib.contextmanager
def nothing_changes(shop):
    before = fingerprint(shop.server.data)
    yield
    assert fingerprint(shop.server.data) == before, "the data has changed"
    assert shop.client.get("/readyz").status_code == 200


def order_body(shop, **changes):
    body = {"items": [{"productId": shop.wanted["id"], "quantity": 1}], "payment": PAYMENT}
    body.update(changes)
    return {name: value for name, value in body.items() if value is not ...}


MALFORMED = {
    "nothing": b"", "only a brace": b"{", "an array": b"[]", "null": b"null", "a number": b"7", "a string": b'"productId"',
    "text behind": b'{"productId":"x"} x', "two objects": b"{}{}", "a comment": b'{/* */"productId":"x"}', "a single quote": b"{'productId':'x'}",
    "a trailing comma": b'{"productId":"x",}', "NaN": b'{"quantity":NaN}', "a leading zero": b'{"quantity":01}', "a raw line end": b'{"productId":"\n"}',
    "half an escape": b'{"productId":"\\u00"}', "a lone surrogate": b'{"productId":"\\ud800"}', "invalid UTF-8": b'{"productId":"\xff\xfe"}',
    "overlong UTF-8": b'{"productId":"\xc0\xaf"}', "a surrogate in UTF-8": b'{"productId":"\xed\xa0\x80"}', "a bare NUL": b"\x00",
    "a deep array": b'{"items":' + b"[" * 5000, "deep objects": b'{"a":' * 5000 + b"1" + b"}" * 5000,
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_body_that_is_no_json_object_is_malformed(target, name):
    with nothing_changes(target):
        answer = target.client.post("/api/orders", content=MALFORMED[name])
        assert (answer.status_code, answer.json()["code"]) == (400, "malformed"), answer.text


QUANTITIES = [0, -1, 2**63, 2**63 - 1, -(2**63), 2**64, 10**30, 1.5, 1e308, "1", True, [], {}, 1_000_001]


@pytest.mark.parametrize("quantity", QUANTITIES, ids=str)
def test_a_quantity_that_is_none_is_refused_and_named(target, quantity):
    with nothing_changes(target):
        answer = target.client.post("/api/orders", json=order_body(target, items=[{"productId": target.wanted["id"], "quantity": quantity}]))
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), answer.text
        assert [error["param"] for error in answer.json()["errors"]] == ["items[0].quantity"]


ORDERS = {  # what is wrong: (changes of a good order, status, code, parameter)
    "no items": ({"items": []}, 422, "invalid", "items"),
    "items of another type": ({"items": {}}, 422, "invalid", "items"),
    "an item of another type": ({"items": [7]}, 422, "invalid", "items[0]"),
    "too many items": ({"items": [{"productId": MISSING}] * 101}, 422, "invalid", "items"),
    "an item without product": ({"items": [{"quantity": 1}]}, 422, "invalid", "items[0].productId"),
    "a product of another type": ({"items": [{"productId": 7}]}, 422, "invalid", "items[0].productId"),
    "a product's id without form": ({"items": [{"productId": "1; DROP TABLE orders"}]}, 422, "invalid", "items[0].productId"),
    "another kind of id": ({"items": [{"productId": MISSING.replace("prd_", "ord_")}]}, 422, "invalid", "items[0].productId"),
    "an unknown product": ({"items": [{"productId": MISSING}]}, 404, "not_found", None),
    "neither items nor product": ({"items": ...}, 422, "invalid", "productId"),
    "no payment": ({"payment": ...}, 422, "payment_required", None),
    "an empty payment": ({"payment": {}}, 422, "invalid", "payment.method"),
    "a payment of another type": ({"payment": "tok_ok"}, 422, "invalid", "payment"),
    "an unknown method": ({"payment": {"method": "cash", "token": "tok_ok"}}, 422, "invalid", "payment.method"),
    "an unknown card": ({"payment": {"method": "card", "token": "4242424242424242"}}, 422, "invalid", "payment.token"),
    "a card slower than there is": ({"payment": {"method": "card", "token": "tok_slow_10001"}}, 422, "invalid", "payment.token"),
    "a NUL in the card": ({"payment": {"method": "card", "token": "tok_\x00ok"}}, 422, "invalid", "payment.token"),
}


@pytest.mark.parametrize("name", ORDERS)
def test_an_order_that_cannot_be_is_refused_with_its_code(target, name):
    changes, status, code, parameter = ORDERS[name]
    with nothing_changes(target):
        answer = target.client.post("/api/orders", json=order_body(target, **changes), headers={"Idempotency-Key": unique("refused")})
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
        if parameter:
            assert parameter in [error["param"] for error in answer.json()["errors"]]


@pytest.mark.parametrize("media", ["text/plain", "application/xml", "multipart/form-data; boundary=x", "application/jsonx", "*/*", "json"])
def test_a_body_of_another_media_type_is_refused(target, media):
    with nothing_changes(target):
        answer = target.client.post("/api/orders", content=json.dumps(order_body(target)), headers={"Content-Type": media})
        assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type"), answer.text


PRODUCTS = {
    "no sku": {"sku": ...}, "an empty sku": {"sku": ""}, "a long sku": {"sku": "S" * 65}, "a numeric sku": {"sku": 7}, "no name": {"name": ...},
    "no price": {"price": ...}, "a decimal price": {"price": 12.99}, "a fractional amount": {"price": {"amount": 12.99, "currency": "KRW"}},
    "a negative price": {"price": {"amount": -1, "currency": "KRW"}}, "a price of 2^63": {"price": {"amount": 2**63, "currency": "KRW"}},
    "an unknown currency": {"price": {"amount": 1, "currency": "ZZZ"}}, "a lower-case currency": {"price": {"amount": 1, "currency": "krw"}},
    "negative stock": {"stock": -1}, "stock of 2^63": {"stock": 2**63}, "stock in words": {"stock": "many"}, "variants of another type": {"variants": 7},
    "an image that is script": {"image": "javascript:alert(1)"},
}


@pytest.mark.parametrize("name", PRODUCTS)
def test_a_product_that_cannot_be_is_refused(target, name):
    draft = {member: value for member, value in {**product_draft(), **PRODUCTS[name]}.items() if value is not ...}
    with nothing_changes(target):
        answer = target.owner.post("/api/products", json=draft)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), answer.text
        assert answer.json()["errors"]


def forged_tokens(token):
    head, body, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))

    def encode(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    raised = encode({**claims, "roles": ["owner"]})
    return {
        "a word": "x", "two parts": f"{head}.{body}", "no signature": f"{head}.{body}.", "another signature": f"{head}.{body}.{signature[::-1]}",
        "more rights": f"{head}.{raised}.{signature}", "algorithm none": f"{encode({'alg': 'none', 'typ': 'JWT'})}.{raised}.",
        "another algorithm": f"{encode({'alg': 'HS256', 'typ': 'JWT'})}.{raised}.{signature}", "a long one": "A" * 12_000, "not base64": "!.!.!",
    }


# Rows: 6
def test_absent_forged_and_foreign_tokens_open_nothing(target, tmp_path):
    tokens = forged_tokens(target.customer.token)
    with open_shop(tmp_path / "elsewhere") as other:
        tokens["of another server"] = other.owner.headers["Authorization"].removeprefix("Bearer ")
    draft = product_draft()
    with nothing_changes(target):
        for name, token in tokens.items():
            for answer in (target.client.get("/api/orders", headers={"Authorization": f"Bearer {token}"}),
                           target.client.post("/api/products", json=draft, headers={"Authorization": f"Bearer {token}"}),
                           target.client.post("/api/orders", json=order_body(target), headers={"Authorization": f"Bearer {token}"})):
                assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized"), f"{name}: {answer.text}"
                assert answer.headers["WWW-Authenticate"] == "Bearer"
        for answer in (target.client.get("/api/orders"), target.client.post("/api/products", json=draft)):
            assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
        answer = target.customer.client.post("/api/products", json=draft)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def head(*lines, path="/api/orders", method="POST", version="HTTP/1.1"):
    return "\r\n".join([f"{method} {path} {version}", "Host: shop.example", *lines, "", ""]).encode("latin-1")


REQUESTS = {  # what is wrong: (bytes, status, code)
    "no HTTP at all": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 10 + b"\r\n\r\n", 400, "malformed"),
    "no version": (b"GET /\r\n\r\n", 400, "malformed"),
    "HTTP/2 without asking": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "malformed"),
    "no host": (b"GET /api/products HTTP/1.1\r\n\r\n", 400, "malformed"),
    "two hosts": (b"GET /api/products HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "malformed"),
    "an unknown method": (head(method="BREW"), 405, "method_not_allowed"),
    "a known method elsewhere": (head(method="DELETE"), 405, "method_not_allowed"),
    "an unknown path": (head(method="GET", path="/api/nothing"), 404, "not_found"),
    "a trailing slash": (head(method="GET", path="/api/products/"), 404, "not_found"),
    "half a percent-encoding": (head(method="GET", path="/api/products/%4"), 400, "malformed"),
    "an encoded NUL": (head(method="GET", path="/api/products/%00"), 400, "malformed"),
    "a long target": (head(method="GET", path="/" + "a" * 70_000), 414, "too_large"),
    "a flood of headers": (head(*[f"X-{number}: {number}" for number in range(2000)]), 431, "too_large"),
    "a header that does not end": (head("X: " + "a" * 200_000), 431, "too_large"),
    "a folded header": (head("X: a", " b"), 400, "malformed"),
    "a header without name": (head(": value"), 400, "malformed"),
    "a space before the colon": (head("Content-Length : 5") + b"hello", 400, "malformed"),
    "a NUL in a header": (head("X: a\x00b"), 400, "malformed"),
    "two lengths": (head("Content-Length: 2", "Content-Length: 3") + b"{}", 400, "malformed"),
    "a length beside chunks": (head("Content-Length: 2", "Transfer-Encoding: chunked") + b"0\r\n\r\n", 400, "malformed"),
    "a negative length": (head("Content-Length: -1"), 400, "malformed"),
    "a length in words": (head("Content-Length: two") + b"{}", 400, "malformed"),
    "a body of 100 MB": (head(f"Content-Length: {100 << 20}"), 413, "too_large"),
    "an unknown transfer coding": (head("Transfer-Encoding: gzip"), 501, "malformed"),
    "an unknown expectation": (head("Expect: a-miracle", "Content-Length: 2") + b"{}", 417, "malformed"),
    "a chunk size that is none": (head("Transfer-Encoding: chunked") + b"zz\r\n{}\r\n0\r\n\r\n", 400, "malformed"),
    "a chunk larger than it says": (head("Transfer-Encoding: chunked") + b"2\r\n{}{}\r\n0\r\n\r\n", 400, "malformed"),
    "a chunk of 2^64": (head("Transfer-Encoding: chunked") + b"ffffffffffffffffff\r\n{}", 400, "malformed"),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_that_breaks_the_rules_of_http_gets_a_problem(target, name):
    data, status, code = REQUESTS[name]
    with nothing_changes(target):
        answer = exchange(target.server, data)
        assert answer is not None, "closed without an answer"
        assert (answer.status, answer.code) == (status, code), answer.body
        if status == 405:
            assert "POST" in answer.headers["allow"]


def test_a_length_beyond_counting_is_refused(target):
    with nothing_changes(target):
        answer = exchange(target.server, head("Content-Length: 99999999999999999999999"))
        assert answer.status in (400, 413) and answer.code in ("malformed", "too_large")


def test_a_body_of_100_mb_in_chunks_is_refused_long_before_its_end(target):
    chunk = b"10000\r\n" + b" " * 65536 + b"\r\n"
    with nothing_changes(target), RawConnection(target.server) as connection:
        connection.send(head("Transfer-Encoding: chunked"))
        sent = 0
        while sent < 1600 and not connection.is_answered() and connection.send(chunk):
            sent += 1
        assert sent < 1600
        answer = connection.read_answer()
        assert (answer.status, answer.code) == (413, "too_large")


def test_a_request_that_ends_in_the_middle_has_no_effect(target):
    body = json.dumps(order_body(target)).encode()
    chunked = b"%x\r\n" % len(body) + body + b"\r\n"  # whole but for its last chunk
    unfinished = [head(f"Content-Length: {len(body) + 1}") + body, head(f"Content-Length: {len(body)}") + body[:-1], head("Transfer-Encoding: chunked") + chunked,
                  head("Transfer-Encoding: chunked") + chunked[:len(chunked) // 2], head("Content-Length: 2")[:-3], b"POST /api/or"]
    with nothing_changes(target):
        for data in unfinished:
            with RawConnection(target.server) as connection:
                connection.send(data)
                connection.stop_sending()
                answer = connection.read_answer()
                assert answer is None or answer.status in (400, 408), data
            connection = RawConnection(target.server)
            connection.send(data)
            connection.reset()


def test_what_follows_a_broken_request_on_its_connection_is_not_read_as_another(target):
    smuggled = head("Content-Length: 2") + b"{}"
    for broken in (head("Content-Length: 2", "Transfer-Encoding: chunked") + b"0\r\n\r\n", head("X: a", " b"), head("Transfer-Encoding: chunked") + b"zz\r\n"):
        with nothing_changes(target), RawConnection(target.server) as connection:
            connection.send(head(method="GET", path="/readyz") + broken + smuggled)
            assert connection.read_answer().status == 200, "the good request before it is answered"
            assert connection.read_answer().status == 400
            assert connection.read_answer() is None


def test_every_byte_of_a_good_request_may_arrive_alone(target):
    data = head(method="GET", path="/readyz")
    with RawConnection(target.server) as connection:
        for at in range(len(data)):
            connection.send(data[at:at + 1])
        assert connection.read_answer().status == 200


# Rows: 11
def test_clients_that_send_too_slowly_are_cut_off_while_others_are_served(tmp_path):
    """Slow-loris: byte by byte in the head, in a body and in a chunked one. Each is told and closed; nobody else waits for them."""
    limits = ["--set", "http.header_timeout_ms=500", "--set", "http.body_timeout_ms=500"]
    with open_shop(tmp_path, arguments=["--profile=loadtest", *limits]) as shop:
        shop.wanted = shop.product()
        body = json.dumps(order_body(shop)).encode()
        begun = [b"POST /api/orders HTTP/1.1\r\nHost: shop\r\nX-Slow: ", head(f"Content-Length: {len(body)}") + body[:10],
                 head("Transfer-Encoding: chunked") + b"%x\r\n" % len(body) + body[:10]] * 10
        with nothing_changes(shop), contextlib.ExitStack() as stack:
            connections = [stack.enter_context(RawConnection(shop.server)) for _ in begun]
            for connection, data in zip(connections, begun):
                connection.send(data)
            end = time.monotonic() + 60
            while not all(connection.is_answered() for connection in connections):
                assert time.monotonic() < end, "slow clients are not cut off"
                for connection in connections:
                    if not connection.is_answered():
                        connection.send(b" ")
                assert shop.client.get("/api/products").status_code == 200
                time.sleep(0.05)
            for connection in connections:
                answer = connection.read_answer()
                assert (answer.status, answer.code) == (408, "timeout")
                assert answer.headers["connection"] == "close" and connection.read_answer() is None
