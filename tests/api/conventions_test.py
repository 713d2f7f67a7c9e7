"""What holds for every route: lists, versions, trace ids, limits, methods, errors, refusing to start on bad configuration."""
import concurrent.futures
import re
import time

import pytest

from tests.support.raw_connection import RawConnection, exchange
from tests.support.server import BINARY, Server, run_jangteo
from tests.support.shop import open_shop, product_draft, unique

MISSING = "prd_0192f3c0-7a1b-7c3d-9e4f-0123456789ab"


def assert_problem(answer, status, code):
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


@pytest.fixture(scope="module")
def shelf(shop):
    """Fifteen products of a category of their own, three to each price."""
    category = unique("category")
    return category, [shop.product(category=category, amount=1000 * (number // 3 + 1), brand="even" if number % 2 == 0 else "odd") for number in range(15)]


def pages(client, path, limit):
    """(every entry of a list read page by page, number of pages)"""
    entries, cursor, count = [], "", 0
    while True:
        page = client.get(f"{path}&limit={limit}{cursor}").json()
        count += 1
        entries += page["data"]
        assert (page["nextCursor"] is not None) == page["hasMore"] and len(page["data"]) <= limit
        if not page["hasMore"]:
            return entries, count
        assert re.fullmatch(r"[A-Za-z0-9_-]+", page["nextCursor"]), "a cursor needs no escaping in a URL"
        cursor = f"&cursor={page['nextCursor']}"


# Rows: 7
@pytest.mark.parametrize("sort", ["createdAt", "-createdAt", "name", "-name", "price", "-price"])
def test_a_list_is_read_page_by_page_in_each_order_without_gap_or_repeat(shop, shelf, sort):
    category, products = shelf
    member = sort.lstrip("-")
    for limit in (1, 4, 15, 100):
        seen, count = pages(shop.client, f"/api/products?category={category}&sort={sort}", limit)
        assert sorted(product["id"] for product in seen) == sorted(product["id"] for product in products)
        keys = [product["price"]["amount"] if member == "price" else product[member] for product in seen]
        assert keys == sorted(keys, reverse=sort.startswith("-"))
        assert count == -(-15 // limit)


def test_lists_are_filtered_by_value_range_and_set(shop, shelf):
    category, products = shelf

    def ids(query):
        answer = shop.client.get("/api/products", params={"category": category, "limit": 100, **query})
        assert answer.status_code == 200, answer.text
        return sorted(product["id"] for product in answer.json()["data"])

    def expected(wanted):
        return sorted(product["id"] for product in products if wanted(product))

    assert ids({"price[gte]": 2000, "price[lt]": 4000}) == expected(lambda product: 2000 <= product["price"]["amount"] < 4000)
    assert ids({"price": 3000}) == expected(lambda product: product["price"]["amount"] == 3000)
    assert ids({"brand": "odd", "price[lte]": 2000}) == expected(lambda product: product["brand"] == "odd" and product["price"]["amount"] <= 2000)
    assert ids({"sku": products[4]["sku"]}) == [products[4]["id"]]
    wanted = [products[0]["id"], products[7]["id"], MISSING]
    assert ids({"id[in]": ",".join(wanted)}) == sorted(wanted[:2])
    assert ids({"brand": "none"}) == []


LIST_FAULTS = {"limit=0": "limit", "limit=101": "limit", "limit=ten": "limit", "limit=-1": "limit", "sort=stock": "sort", "sort=": "sort", "cursor=x": "cursor",
               "cursor=AAAA": "cursor", "colour=red": "colour", "name[gte]=a": "name[gte]", "price[gte]=cheap": "price[gte]", "price[near]=1": "price[near]",
               "limit=5&limit=6": "limit", "id[in]=": "id", "id=7": "id"}


@pytest.mark.parametrize("query", LIST_FAULTS)
def test_a_list_refuses_what_it_does_not_understand_and_names_it(shop, query):
    answer = shop.client.get(f"/api/products?{query}")
    assert_problem(answer, 422, "invalid")
    assert answer.json()["errors"][0]["param"].startswith(LIST_FAULTS[query])


def test_a_cursor_belongs_to_its_sort(shop, shelf):
    category, _ = shelf
    cursor = shop.client.get(f"/api/products?category={category}&limit=2&sort=name").json()["nextCursor"]
    assert_problem(shop.client.get(f"/api/products?category={category}&limit=2&sort=price&cursor={cursor}"), 422, "invalid")


# Rows: 7, 24
def test_what_did_not_change_is_not_sent_again(shop):
    product = shop.product()
    buyer = shop.buyer()
    order = shop.confirmed(product, client=buyer.client)
    for client, path in ((shop.client, f"/api/products/{product['id']}"), (shop.client, f"/api/products?sku={product['sku']}"), (buyer.client, "/api/users/me"),
                         (buyer.client, order["links"]["self"]), (shop.client, "/openapi.json")):
        first = client.get(path)
        etag = first.headers["ETag"]
        assert etag.startswith('"'), path
        for known in (etag, f'"other", {etag}', "*", f"W/{etag}"):
            again = client.get(path, headers={"If-None-Match": known})
            assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", etag), (path, known)
        assert client.get(path, headers={"If-None-Match": '"other"'}).content == first.content


# Rows: 7, 24
def test_whoever_changed_a_product_reads_the_change_at_once_also_past_the_cache(shop):
    product = shop.product()
    path = f"/api/products/{product['id']}"
    for number in range(30):
        name = f"name {number}"
        assert shop.owner.patch(path, json={"name": name}).status_code == 200
        assert shop.client.get(path).json()["name"] == name
        assert shop.client.get(f"/api/products?sku={product['sku']}").json()["data"][0]["name"] == name
    assert shop.owner.delete(path).status_code == 204
    assert_problem(shop.client.get(path), 404, "not_found")
    assert shop.client.get(f"/api/products?sku={product['sku']}").json()["data"] == []


def test_a_change_based_on_an_old_version_is_refused(shop):
    product = shop.product()
    path = f"/api/products/{product['id']}"
    etag = shop.client.get(path).headers["ETag"]
    changed = shop.owner.patch(path, json={"name": "first"}, headers={"If-Match": etag})
    assert changed.status_code == 200 and changed.headers["ETag"] != etag
    assert_problem(shop.owner.patch(path, json={"name": "second"}, headers={"If-Match": etag}), 412, "version_mismatch")
    assert_problem(shop.owner.delete(path, headers={"If-Match": etag}), 412, "version_mismatch")
    assert shop.client.get(path).json()["name"] == "first"
    assert shop.owner.patch(path, json={"name": "third"}, headers={"If-Match": "*"}).status_code == 200


def test_of_changes_at_once_that_are_based_on_one_version_one_is_made(shop):
    product, buyer = shop.product(), shop.buyer()
    for client, path in ((shop.owner, f"/api/products/{product['id']}"), (buyer.client, "/api/users/me")):
        etag = client.get(path).headers["ETag"]
        with concurrent.futures.ThreadPoolExecutor(10) as pool:
            answers = list(pool.map(lambda number: client.patch(path, json={"name": f"name {number}"}, headers={"If-Match": etag}), range(10)))
        assert sorted(answer.status_code for answer in answers) == [200] + [412] * 9
        [made] = [answer for answer in answers if answer.status_code == 200]
        assert client.get(path).json()["name"] == made.json()["name"]


# Rows: 29
def test_every_answer_carries_a_request_id_and_a_trace_that_continues_the_callers(shop):
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    for path in ("/api/products", "/api/nothing", "/readyz", f"/api/products/{MISSING}"):
        answer = shop.client.get(path, headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01", "X-Request-Id": "my-request-7"})
        assert answer.headers["X-Request-Id"] == "my-request-7"
        assert re.fullmatch(rf"00-{trace}-[0-9a-f]{{16}}-[0-9a-f]{{2}}", answer.headers["traceparent"])
        assert "00f067aa0ba902b7" not in answer.headers["traceparent"]
        if answer.status_code >= 400:
            assert answer.json()["requestId"] == "my-request-7"
    ids = {shop.client.get("/readyz").headers["X-Request-Id"] for _ in range(20)}
    assert len(ids) == 20
    for bad in ("a b", "x" * 200, "<script>"):
        assert shop.client.get("/readyz", headers={"X-Request-Id": bad}).headers["X-Request-Id"] != bad
    for bad in ("00-short-00f067aa0ba902b7-01", "00-" + "0" * 32 + "-00f067aa0ba902b7-01", "nonsense"):
        assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}", shop.client.get("/readyz", headers={"traceparent": bad}).headers["traceparent"])


def test_a_problem_has_the_members_that_the_contract_promises(shop):
    answer = shop.client.get(f"/api/products/{MISSING}")
    problem = answer.json()
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (problem["type"], problem["status"], problem["code"], problem["retryable"]) == ("urn:jangteo:problem:not_found", 404, "not_found", False)
    assert problem["requestId"] == answer.headers["X-Request-Id"] and problem["title"]


def test_head_is_get_without_the_body_and_options_names_the_methods(shop):
    product = shop.product()
    for path in ("/api/products", f"/api/products/{product['id']}", "/readyz", "/openapi.json"):
        got, head = shop.client.get(path), shop.client.head(path)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["Content-Length"] == str(len(got.content)) and head.headers["Content-Type"] == got.headers["Content-Type"]
    assert {part.strip() for part in shop.client.options("/api/products").headers["Allow"].split(",")} == {"GET", "HEAD", "POST", "OPTIONS"}
    for method, path in (("DELETE", "/api/products"), ("PUT", f"/api/products/{product['id']}"), ("POST", "/readyz")):
        answer = shop.client.request(method, path)
        assert_problem(answer, 405, "method_not_allowed")
        assert "GET" in answer.headers["Allow"] and method not in answer.headers["Allow"]


def test_pipelined_requests_are_answered_in_their_order(shop):
    product = shop.product()
    paths = ["/readyz", f"/api/products/{product['id']}", f"/api/products/{MISSING}", "/healthz"] * 10
    with RawConnection(shop.server) as connection:
        connection.send("".join(f"GET {path} HTTP/1.1\r\nHost: shop\r\nX-Request-Id: number-{number}\r\n\r\n" for number, path in enumerate(paths)).encode())
        for number, path in enumerate(paths):
            answer = connection.read_answer()
            assert (answer.status, answer.headers["x-request-id"]) == (404 if path.endswith(MISSING) else 200, f"number-{number}")


def test_chunked_and_expected_bodies_are_read(shop):
    body = b'{"productId":"%s"}' % shop.product()["id"].encode()
    start = b"POST /api/orders HTTP/1.1\r\nHost: shop\r\n"
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n"
    assert exchange(shop.server, start + b"Transfer-Encoding: chunked\r\n\r\n" + chunks).status == 201
    with RawConnection(shop.server) as connection:
        connection.send(start + b"Content-Length: %d\r\nExpect: 100-continue\r\n\r\n" % len(body))
        while b"100 Continue" not in connection.received:
            assert connection.more()
        connection.send(body)
        assert connection.read_answer().status == 201


@pytest.fixture
def limited(tmp_path):
    with open_shop(tmp_path, arguments=()) as shop:
        yield shop


# Rows: 11
def test_whoever_asks_too_often_is_refused_with_the_time_to_wait(limited):
    client = limited.client
    first = client.get("/api/products")
    assert int(first.headers["RateLimit-Limit"]) > int(first.headers["RateLimit-Remaining"]) >= 0 and int(first.headers["RateLimit-Reset"]) >= 0
    answers = (client.post("/api/auth/login", content=b"{") for _ in range(300))
    refused = next(answer for answer in answers if answer.status_code != 400)
    assert_problem(refused, 429, "rate_limited")
    assert int(refused.headers["Retry-After"]) >= 1 and refused.json()["retryable"] and refused.headers["RateLimit-Remaining"] == "0"
    assert client.get("/api/products").status_code == 200, "other kinds of requests have limits of their own"


def test_the_load_test_profile_switches_rate_limits_off(shop):
    answer = shop.client.get("/api/products")
    assert "RateLimit-Limit" not in answer.headers
    for _ in range(40):
        assert shop.client.post("/api/auth/login", json={"email": "nobody@shop.example", "password": "x" * 8}).status_code == 401


# Rows: 20, 28
def test_metrics_count_requests_by_route_method_and_status(shop):
    def count(status):
        series = ("http_requests_total", (("method", "GET"), ("route", "getProduct"), ("status", status)))
        return shop.metrics().get(series, 0)

    product = shop.product()
    before = count("200"), count("404")
    for _ in range(7):
        shop.client.get(f"/api/products/{product['id']}")
    shop.client.get(f"/api/products/{MISSING}")
    assert (count("200"), count("404")) == (before[0] + 7, before[1] + 1)
    assert any(name == "http_requests_seconds_count" for name, _ in shop.metrics())


SETTINGS = {"an unknown key": ("[http]\nbody_size = 7\n", "http.body_size"), "an unknown section": ("[httpd]\nport = 7\n", "httpd"),
            "another type": ("[server]\nport = \"eighty\"\n", "server.port"), "out of range": ("[server]\nport = 70000\n", "server.port"),
            "no TOML": ("server port 7\n", "config.toml")}


@pytest.mark.parametrize("name", SETTINGS)
def test_a_bad_configuration_refuses_to_start_and_names_the_key(tmp_path, name):
    text, named = SETTINGS[name]
    file = tmp_path / "config.toml"
    file.write_text(text, encoding="utf-8")
    done = run_jangteo("serve", "--config", file, "--data", tmp_path / "data", "--port", "0")
    assert done.returncode != 0 and named in done.stderr, done.stderr


def test_a_data_directory_serves_one_process(own_shop):
    data = own_shop.server.data
    for arguments in (["serve", "--data", data, "--port", "0"], ["check", "--data", data], ["import", "products", BINARY, "--data", data]):
        done = run_jangteo(*arguments)
        assert done.returncode == 2, (arguments, done.stdout, done.stderr)
        assert str(data) in done.stderr + done.stdout
    assert own_shop.client.get("/readyz").status_code == 200


def test_another_number_of_shards_refuses_to_start(own_shop):
    own_shop.server.stop()
    done = run_jangteo("serve", "--data", own_shop.server.data, "--port", "0", "--shards", "7")
    assert done.returncode != 0 and "shards" in done.stderr
    own_shop.server.start()


# Rows: 29
def test_in_demo_mode_every_answer_says_where_its_time_went(tmp_path):
    with Server(tmp_path / "data", ["--demo", "--set", "demo.shoppers=0"]) as server:
        client = server.client()
        end = time.monotonic() + 60
        while not client.get("/api/products").json()["data"]:
            assert time.monotonic() < end, "the demo's products did not come"
            time.sleep(0.05)
        product = client.get("/api/products").json()["data"][0]
        placed = client.post("/api/orders", json={"productId": product["id"]})
        assert placed.status_code == 201
        for answer in (placed, client.get("/api/products"), client.get("/api/nothing"), client.get("/readyz")):
            parts = {part.split(";")[0].strip() for part in answer.headers["Server-Timing"].split(",")}
            assert {"queue", "db", "fsync", "queries", "total"} <= parts
        assert client.get("/api/demo").status_code == 200
        assert client.get("/demo/images/1.svg").headers["Content-Type"].startswith("image/svg+xml")
        assert product["stock"]["available"] >= 1000


def test_without_demo_there_is_no_demo(shop):
    for method, path in (("GET", "/api/demo"), ("POST", "/api/demo/flash-sale"), ("PUT", "/api/demo/decline-rate"), ("GET", "/demo/images/1.svg")):
        assert shop.client.request(method, path).status_code == 404
    assert "Server-Timing" not in shop.client.get("/readyz").headers
    assert shop.client.get("/api/products").json()["data"] is not None


def test_products_are_imported_offline_and_again_without_effect(tmp_path):
    drafts = [product_draft(stock=5) for _ in range(3)]
    with open_shop(tmp_path, products=drafts) as shop:
        listed = shop.client.get("/api/products").json()["data"]
        assert sorted(product["sku"] for product in listed) == sorted(draft["sku"] for draft in drafts)
        assert {product["stock"]["available"] for product in listed} == {5}
