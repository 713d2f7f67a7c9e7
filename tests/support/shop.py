"""A running shop for tests: its owner's hands for the catalogue, buyers with accounts, orders and where they ended."""
import contextlib
import itertools
import json
import pathlib
import secrets
import time

from bench.metrics_page import parse
from tests.support.server import LOAD_TEST_PROFILE, Server, run_jangteo

OWNER = {"email": "owner@shop.example", "password": "the owner's long password"}
SAGA_TIMEOUT_S = 60
ENDED = ("completed", "compensated")
numbers = itertools.count(1)


def unique(stem):
    """A text that no other test of this run, and no earlier run on the same data, has used."""
    return f"{stem}-{next(numbers)}-{secrets.token_hex(4)}"


def add_user(data, role="owner", email=OWNER["email"], password=OWNER["password"]):
    done = run_jangteo("users", "add", "--email", email, "--name", f"The {role}", "--role", role, "--data", data, standard_input=password + "\n")
    assert done.returncode == 0, done.stdout + done.stderr


def import_products(data, products):
    """Through the command that a shop's owner uses, into a data directory that no server has open."""
    file = pathlib.Path(data).parent / "products-to-import.json"
    file.write_text(json.dumps(products), encoding="utf-8")
    done = run_jangteo("import", "products", file, "--data", data)
    assert done.returncode == 0, done.stdout + done.stderr


def product_draft(stock=100, amount=12_900, currency="KRW", **more):
    sku = unique("SKU")
    return {"sku": sku, "name": f"상품 {sku}", "description": "For tests.", "category": "tests", "price": {"amount": amount, "currency": currency},
            "stock": stock, **more}


class Buyer:
    """A registered user with a logged-in client."""

    def __init__(self, server):
        self.email = f"{unique('buyer')}@shop.example"
        self.password = "a buyer's long password"
        with server.client() as guest:
            registered = guest.post("/api/users", json={"email": self.email, "password": self.password, "name": "Buyer"})
            assert registered.status_code == 201, registered.text
            self.id = registered.json()["id"]
        self.token = log_in(server, self.email, self.password)
        self.client = server.client(self.token)


def log_in(server, email, password):
    with server.client() as guest:
        answer = guest.post("/api/auth/login", json={"email": email, "password": password})
        assert answer.status_code == 200, answer.text
        return answer.json()["accessToken"]


class Shop:
    def __init__(self, server):
        self.server = server
        self.client = None
        self.owner = None

    def open(self):
        """Clients for a server that has just started (again)."""
        self.client = self.server.client()
        self.owner = self.server.client(log_in(self.server, **OWNER))

    def restart(self):
        self.server.stop()
        self.server.start()
        self.open()

    def buyer(self):
        return Buyer(self.server)

    def product(self, stock=100, **more):
        """A new product, as GET shows it (variants included)."""
        answer = self.owner.post("/api/products", json=product_draft(stock, **more))
        assert answer.status_code == 201, answer.text
        return answer.json()

    def available(self, product):
        """Pieces that can be had now. Read past the catalogue's cache, which may be 50 ms old."""
        end = time.monotonic() + 5
        last = None
        while time.monotonic() < end:
            answer = self.client.get(f"/api/products/{product['id']}")
            assert answer.status_code == 200, answer.text
            before, last = last, answer.json()["stock"]["available"]
            if before == last:
                return last
            time.sleep(0.06)
        return last

    def wait_for_available(self, product, wanted):
        """Pieces come back and leave a moment after their order's answer: waits until the number is the wanted one."""
        end = time.monotonic() + SAGA_TIMEOUT_S
        while time.monotonic() < end:
            if self.available(product) == wanted:
                return
        raise AssertionError(f"{self.available(product)} pieces are available, not {wanted}")

    def order(self, product, quantity=1, token="tok_ok", client=None, wait_s=None, **headers):
        """POST /api/orders in its full form, whatever the answer is."""
        return self.order_lines([(product, quantity)], token, client, wait_s, **headers)

    def order_lines(self, lines, token="tok_ok", client=None, wait_s=None, **headers):
        items = [{"productId": product["id"], "quantity": quantity} for product, quantity in lines]
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if wait_s is not None:
            headers["Prefer"] = f"wait={wait_s}"
        return (client or self.client).post("/api/orders", json={"items": items, "payment": {"method": "card", "token": token}}, headers=headers)

    def placed(self, product, quantity=1, token="tok_ok", client=None, **headers):
        """An order that must be taken: its body."""
        answer = self.order(product, quantity, token, client, **headers)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def read(self, order, client=None):
        answer = (client or self.client).get(order["links"]["self"])
        assert answer.status_code == 200, answer.text
        return answer.json()

    def ended(self, order, client=None):
        """The order when its saga has come to its end, with everything that belongs to it done."""
        end = time.monotonic() + SAGA_TIMEOUT_S
        while time.monotonic() < end:
            seen = self.read(order, client)
            if seen["saga"]["state"] in ENDED:
                return seen
            time.sleep(0.02)
        raise AssertionError(f"the saga did not end within {SAGA_TIMEOUT_S} s: {seen}")

    def confirmed(self, product, quantity=1, token="tok_ok", client=None):
        seen = self.ended(self.placed(product, quantity, token, client), client)
        assert seen["status"] == "confirmed", seen
        return seen

    def metrics(self):
        """{(name, ((label, value), ...)): number}"""
        return parse(self.client.get("/metrics").text)


@contextlib.contextmanager
def open_shop(folder, products=(), arguments=LOAD_TEST_PROFILE, environment=None):
    """A shop in a folder of its own: an owner, `products` imported, the server started. Leaving it stops the server, which must end well."""
    data = pathlib.Path(folder) / "data"
    add_user(data)
    if products:
        import_products(data, list(products))
    with Server(data, arguments, environment) as server:
        shop = Shop(server)
        shop.open()
        yield shop
