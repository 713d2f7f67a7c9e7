"""The catalogue of a running shop: changes that only its keepers make, what buyers see of them at once, pictures, and files that are
imported into it while it runs."""
import concurrent.futures
import json
import os
import pathlib

import pytest

from tests.support.server import ROOT, run_jangteo
from tests.support.shop import log_in, product_draft, unique, OWNER

PNG = b"\x89PNG\r\n\x1a\npixels"


def shared_data(name):
    """A file of the data that lies beside the checkout; skipped where it is absent, which continuous integration refuses."""
    file = pathlib.Path(os.environ.get("JANGTEO_SHARED", ROOT.parent / "shared")) / "data" / name
    if not file.exists():
        for parent in ROOT.parents:
            if (parent / "shared" / "data" / name).exists():
                return parent / "shared" / "data" / name
        pytest.skip(f"{file} is absent; JANGTEO_SHARED names the folder")
    return file


def run_import(shop, file, *arguments):
    done = run_jangteo("import", "products", file, "--url", shop.server.url, "--token", log_in(shop.server, **OWNER), "--json", *arguments)
    return done.returncode, json.loads(done.stdout) if done.stdout else None, done.stderr


def counts(report):
    return tuple(report[name] for name in ("created", "updated", "unchanged", "failed"))


# Rows: 7
def test_a_change_is_seen_by_the_next_reader(shop):
    product = shop.product(category=unique("category"))
    path = f"/api/products/{product['id']}"
    for amount in range(1, 30):
        changed = shop.owner.patch(path, json={"price": {"amount": amount, "currency": "KRW"}})
        assert changed.status_code == 200, changed.text
        assert shop.client.get(path).json()["price"]["amount"] == amount
        listed = shop.client.get(f"/api/products?category={product['category']}").json()["data"]
        assert [entry["price"]["amount"] for entry in listed] == [amount]
    assert shop.owner.delete(path).status_code == 204
    assert shop.client.get(path).status_code == 404
    assert shop.client.get(f"/api/products?category={product['category']}").json()["data"] == []


def test_of_many_changes_of_one_version_one_is_made(shop):
    product = shop.product()
    path = f"/api/products/{product['id']}"
    tag = shop.client.get(path).headers["ETag"]

    def change(number):
        return shop.owner.patch(path, json={"name": f"name {number}"}, headers={"If-Match": tag}).status_code

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(change, range(16)))
    assert statuses == [200] + [412] * 15


def test_of_many_products_with_one_sku_one_is_made(shop):
    draft = product_draft()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: shop.owner.post("/api/products", json=draft), range(16)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 15
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"sku_taken"}


def test_only_keepers_of_the_catalogue_change_it(shop):
    product = shop.product()
    buyer = shop.buyer().client
    path = f"/api/products/{product['id']}"
    for client, status in ((shop.client, 401), (buyer, 403)):
        assert client.post("/api/products", json=product_draft()).status_code == status
        assert client.patch(path, json={"name": "mine"}).status_code == status
        assert client.delete(path).status_code == status
        assert client.put(f"{path}/image", content=PNG).status_code == status
    assert shop.client.get(path).json()["name"] == product["name"]


def test_a_picture_is_shown_for_ever(shop):
    product = shop.product()
    put = shop.owner.put(f"/api/products/{product['id']}/image", content=PNG)
    assert put.status_code == 200, put.text
    image = put.json()["image"]
    for _ in range(2):
        shown = shop.client.get(image)
        assert (shown.status_code, shown.content, shown.headers["Content-Type"]) == (200, PNG, "image/png")
        assert "immutable" in shown.headers["Cache-Control"]
    assert shop.client.get(image, headers={"If-None-Match": shown.headers["ETag"]}).status_code == 304


# Rows: 24
def test_readers_get_the_same_answer_by_its_tag(shop):
    product = shop.product()
    for path in (f"/api/products/{product['id']}", f"/api/products?sku={product['sku']}"):
        first = shop.client.get(path)
        again = shop.client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
    page = shop.client.get("/metrics").text
    assert 'cache_requests_total{outcome="hit",route="listProducts"}' in page or 'cache_requests_total{route="listProducts",outcome="hit"}' in page


# Rows: 7
def test_a_file_is_imported_into_a_running_shop(shop, tmp_path):
    first, second = product_draft(stock=7), product_draft(stock=8)
    file = tmp_path / "products.json"
    file.write_text(json.dumps([first, second, dict(product_draft(), price={"amount": -1, "currency": "KRW"})]), encoding="utf-8")
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    (pictures / f"{first['sku']}.png").write_bytes(PNG + first["sku"].encode())

    status, report, _ = run_import(shop, file, "--images", pictures, "--dry-run")
    assert (status, counts(report)) == (1, (2, 0, 0, 1))
    assert shop.client.get(f"/api/products?sku={first['sku']}").json()["data"] == []

    status, report, _ = run_import(shop, file, "--images", pictures)
    assert (status, counts(report)) == (1, (2, 0, 0, 1))
    assert report["failures"][0]["index"] == 2
    assert report["failures"][0]["errors"][0]["param"] == "price.amount"
    product = shop.client.get(f"/api/products?sku={first['sku']}").json()["data"][0]
    assert product["stock"]["available"] == 7
    assert shop.client.get(product["image"]).content == PNG + first["sku"].encode()

    second["name"] = "another name"
    file.write_text(json.dumps([first, second]), encoding="utf-8")
    status, report, _ = run_import(shop, file, "--images", pictures)
    assert (status, counts(report)) == (0, (0, 1, 1, 0))
    status, report, _ = run_import(shop, file, "--images", pictures)
    assert (status, counts(report)) == (0, (0, 0, 2, 0))


def test_an_import_without_the_right_to_it_stops(shop, tmp_path):
    file = tmp_path / "products.json"
    file.write_text(json.dumps([product_draft()]), encoding="utf-8")
    done = run_jangteo("import", "products", file, "--url", shop.server.url, "--token", shop.buyer().token)
    assert done.returncode == 1
    assert "stopped" in done.stderr


# Rows: 7, 8
def test_the_catalogue_of_another_shop_is_imported_and_sold(own_shop):
    shop = own_shop
    shop.server.stop()
    file = shared_data("catalogue/catalog.json")
    arguments = ["import", "products", file, "--data", shop.server.data, "--currency", "USD", "--stock", "1000000", "--images",
                 file.parent / "images", "--json", "--map",
                 "sku=Id,name=Name,description=Description,category=Type,brand=Brand,price=Price"]
    done = run_jangteo(*arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (counts(json.loads(done.stdout)), json.loads(done.stdout)["pictures"]) == ((101, 0, 0, 0), 101)
    shop.server.start()
    shop.open()
    busy = run_jangteo(*arguments)
    assert busy.returncode == 2, busy.stdout + busy.stderr
    exact = {str(entry["Id"]): entry["Price"] for entry in json.loads(file.read_text(encoding="utf-8"), parse_float=str)}
    seen = 0
    cursor = ""
    while cursor is not None:
        page = shop.client.get(f"/api/products?limit=100{cursor}").json()
        for product in page["data"]:
            if product["sku"] not in exact:
                continue
            dollars, _, cents = exact[product["sku"]].partition(".")
            assert product["price"] == {"amount": int(dollars) * 100 + int(cents.ljust(2, "0")), "currency": "USD"}
            assert product["stock"]["available"] == 1_000_000
            assert shop.client.get(product["image"]).headers["Content-Type"] == "image/webp"
            seen += 1
        cursor = f"&cursor={page['nextCursor']}" if page["hasMore"] else None
    assert seen == 101
    boots = shop.client.get("/api/products?sku=1").json()["data"][0]
    ordered = shop.order(boots, 2, wait_s=10)
    assert ordered.status_code == 201, ordered.text
    assert ordered.json()["total"] == {"amount": 2 * 10_999, "currency": "USD"}
    shop.wait_for_available(boots, 999_998)
