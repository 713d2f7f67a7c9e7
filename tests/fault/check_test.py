"""`jangteo check` names every kind of damage. Each test breaks one thing in a copy of a shop's data directory and sees it named."""
import contextlib
import json
import shutil
import sqlite3
import subprocess

import pytest

from tests.support.server import check, run_jangteo
from tests.support.shop import open_shop, unique
from tests.support.stored_orders import database_files, query, read_orders, segment_files

WAITING = {"Prefer": "wait=10"}


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    """The data directory of a stopped shop with orders in every state that an order can end in, some with keys."""
    with open_shop(tmp_path_factory.mktemp("books")) as shop:
        products = [shop.product(stock=200) for _ in range(5)]
        buyer = shop.buyer()
        for number in range(24):
            client = buyer.client if number % 2 else shop.client
            lines = [(product, 1 + number % 3) for product in products[: 1 + number % 4]]
            headers = {"Idempotency-Key": unique("books")} if number % 3 == 0 else {}
            placed = shop.order_lines(lines, token="tok_declined" if number % 5 == 4 else "tok_ok", client=client, **headers)
            assert placed.status_code == 201
            shop.ended(placed.json(), client)
            if number % 6 == 0:
                path = placed.json()["links"]["self"]
                assert client.post(path.replace("?", "/cancel?") if "?" in path else path + "/cancel").status_code == 200
                shop.ended(placed.json(), client)
        data = shop.server.data
        shop.server.stop()
    assert {order.status for order in read_orders(data).values()} == {"confirmed", "rejected", "cancelled"}
    return data


@pytest.fixture
def copy(books, tmp_path):
    copied = tmp_path / "data"
    subprocess.run(["cp", "-a", "--sparse=always", str(books), str(copied)], check=True)
    return copied


def change_one(data, stem, sql, parameters=()):
    """Runs a statement that means one row on the shards' files one after another, until it has changed something."""
    for file in database_files(data, stem) if stem in ("order", "stock") else [data / f"{stem}.db"]:
        with contextlib.closing(sqlite3.connect(file)) as database, database:
            database.execute("PRAGMA ignore_check_constraints = ON")
            if database.execute(sql, parameters).rowcount > 0:
                return
    raise AssertionError(f"nothing to damage by: {sql}")


def first(data, stem, sql):
    """The first row that a query finds in any of the shards' files."""
    for file in database_files(data, stem) if stem in ("order", "stock") else [data / f"{stem}.db"]:
        for row in query(file, sql):
            return row
    raise AssertionError(f"no row for: {sql}")


def assert_named(data, rule, place=""):
    """check ends with 1 and has a finding of `rule` whose place names `place` (a file, a row)."""
    status, report, printed = check(data)
    assert status == 1, printed[:3000]
    assert report["clean"] is False and report["damageCount"] >= 1
    named = [finding for finding in report["damage"] if finding["rule"] == rule]
    assert named, f"{rule} is not among {[finding['rule'] for finding in report['damage']]}"
    assert any(place in finding["where"] for finding in named), (place, named)
    assert all(finding["detail"] for finding in report["damage"])


def test_a_sound_directory_is_clean_and_its_rows_are_counted(books):
    status, report, printed = check(books)
    assert status == 0, printed[:3000]
    assert report["clean"] is True and report["damage"] == []
    assert report["counts"]["orders"] == 24 and report["counts"]["payments"] >= 20
    assert report["counts"]["idempotencyKeys"] == 8 and report["counts"]["stockLevels"] == 5
    assert report["pending"].get("sagas", 0) == 0


def test_check_changes_nothing(copy):
    before = {path: path.read_bytes() for path in sorted(copy.rglob("*.db"))}
    assert check(copy)[0] == 0
    assert {path: path.read_bytes() for path in sorted(copy.rglob("*.db"))} == before


LEVEL = "variant_id = (SELECT variant_id FROM stock_level ORDER BY variant_id LIMIT 1)"
CONFIRMED = "(SELECT id FROM orders WHERE status = 'confirmed' ORDER BY id LIMIT 1)"
CANCELLED = "(SELECT id FROM orders WHERE status = 'cancelled' ORDER BY id LIMIT 1)"
HELD = "(order_id, variant_id) = (SELECT order_id, variant_id FROM reservation WHERE state = 'committed' ORDER BY order_id LIMIT 1)"
CAPTURED = "order_id = (SELECT order_id FROM payment WHERE state = 'captured' ORDER BY order_id LIMIT 1)"
DAMAGE = {  # what is broken: (databases, statement, rule)
    "pieces on hand that no movement explains": ("stock", f"UPDATE stock_level SET on_hand = on_hand + 1 WHERE {LEVEL}", "stock.on_hand_differs"),
    "reserved pieces that nobody holds": ("stock", f"UPDATE stock_level SET reserved = reserved + 1 WHERE {LEVEL}", "stock.reserved_differs"),
    "pieces below zero": ("stock", f"UPDATE stock_level SET on_hand = -1 WHERE {LEVEL}", "stock.below_zero"),
    "more reserved than on hand": ("stock", f"UPDATE stock_level SET reserved = on_hand + 1 WHERE {LEVEL}", "stock.below_zero"),
    "a missing receipt": ("stock", "DELETE FROM stock_movement WHERE id = (SELECT id FROM stock_movement WHERE kind = 'receipt' LIMIT 1)",
                          "stock.on_hand_differs"),
    "a missing sale": ("stock", "DELETE FROM stock_movement WHERE id = (SELECT id FROM stock_movement WHERE kind = 'sale' LIMIT 1)", "stock.sale_differs"),
    "a sale that counts twice": ("stock", "INSERT INTO stock_movement(variant_id, kind, quantity, order_id, at) SELECT variant_id, kind, quantity, order_id, "
                                 "at FROM stock_movement WHERE kind = 'sale' LIMIT 1", "stock.sale_differs"),
    "a missing restock": ("stock", "DELETE FROM stock_movement WHERE id = (SELECT id FROM stock_movement WHERE kind = 'restock' LIMIT 1)",
                          "stock.restock_differs"),
    "a movement of the wrong sign": ("stock", "UPDATE stock_movement SET quantity = -quantity WHERE id = (SELECT id FROM stock_movement WHERE kind = 'receipt' "
                                     "LIMIT 1)", "stock.movement_invalid"),
    "a variant without counters": ("stock", f"DELETE FROM stock_level WHERE {LEVEL}", "stock.without_level"),
    "a missing reservation": ("stock", f"DELETE FROM reservation WHERE {HELD}", "reservation.missing"),
    "a reservation of another quantity": ("stock", f"UPDATE reservation SET quantity = quantity + 1 WHERE {HELD}", "reservation.quantity_differs"),
    "a sold reservation that is held": ("stock", f"UPDATE reservation SET state = 'held' WHERE {HELD}", "reservation.state_differs"),
    "a reservation for no order": ("stock", "INSERT INTO reservation(order_id, variant_id, quantity, state, at) SELECT "
                                   "'ord_0192f3c0-7a1b-7c3d-9e4f-012345678901', variant_id, 1, 'released', 0 FROM stock_level LIMIT 1",
                                   "reservation.without_order"),
    "a total that is not the sum of its lines": ("order", f"UPDATE orders SET total = total + 1 WHERE id = {CONFIRMED}", "order.total_differs"),
    "lines that cannot be read": ("order", f"UPDATE orders SET items = '[{{' WHERE id = {CONFIRMED}", "order.items_unreadable"),
    "a status that there is not": ("order", f"UPDATE orders SET status = 'lost' WHERE id = {CONFIRMED}", "order.status_unknown"),
    "a status that its saga contradicts": ("order", f"UPDATE orders SET status = 'pending' WHERE id = {CONFIRMED}", "order.saga_differs"),
    "an order without saga": ("order", f"DELETE FROM saga WHERE order_id = {CONFIRMED}", "order.without_saga"),
    "an orphaned saga": ("order", f"DELETE FROM orders WHERE id = {CONFIRMED}", "saga.without_order"),
    "an ended saga marked as running": ("order", f"UPDATE saga SET ended = 0 WHERE order_id = {CONFIRMED}", "saga.ended_differs"),
    "a phase that there is not": ("order", f"UPDATE saga SET phase = 99 WHERE order_id = {CONFIRMED}", "saga.phase_unknown"),
    "a captured payment without order": ("order", f"DELETE FROM orders WHERE id = {CONFIRMED}", "payment.without_order"),
    "a key bound to a missing order": ("order", "UPDATE idempotency SET order_id = 'ord_0192f3c0-7a1b-7c3d-9e4f-012345678901' WHERE idempotency_key = "
                                       "(SELECT idempotency_key FROM idempotency LIMIT 1)", "key.without_order"),
    "a key bound to what is no order": ("order", "UPDATE idempotency SET order_id = 'none' WHERE idempotency_key = (SELECT idempotency_key FROM idempotency "
                                        "LIMIT 1)", "id.unreadable"),
    "two keys for one order": ("order", "INSERT INTO idempotency SELECT principal, idempotency_key || '-2', fingerprint, order_id, answer_status, "
                               "answer_body, at FROM idempotency LIMIT 1", "key.two_for_one_order"),
    "a confirmed order without payment": ("payments", f"DELETE FROM payment WHERE {CAPTURED}", "order.unpaid"),
    "a confirmed order whose payment was not captured": ("payments", f"UPDATE payment SET state = 'authorized', captured = 0 WHERE {CAPTURED}", "order.unpaid"),
    "a payment of another amount": ("payments", f"UPDATE payment SET amount = amount + 1, captured = captured + 1 WHERE {CAPTURED}", "payment.amount_differs"),
    "more captured than authorized": ("payments", f"UPDATE payment SET captured = captured + 1 WHERE {CAPTURED}", "payment.sums_invalid"),
    "a state that its sums contradict": ("payments", f"UPDATE payment SET captured = 0 WHERE {CAPTURED}", "payment.state_differs"),
    "a payment state that there is not": ("payments", f"UPDATE payment SET state = 'lost' WHERE {CAPTURED}", "payment.state_unknown"),
    "a refund of another amount": ("payments", "UPDATE refund SET amount = amount - 1 WHERE id = (SELECT id FROM refund LIMIT 1)", "payment.refunds_differ"),
    "a missing refund": ("payments", "DELETE FROM refund WHERE id = (SELECT id FROM refund LIMIT 1)", "payment.refunds_differ"),
    "a refund of no payment": ("payments", "UPDATE refund SET order_id = 'ord_0192f3c0-7a1b-7c3d-9e4f-012345678901' WHERE id = (SELECT id FROM refund LIMIT 1)",
                               "refund.without_payment"),
}


# Rows: 8, 9, 13, 14
@pytest.mark.parametrize("name", DAMAGE)
def test_damage_to_a_row_is_named(copy, name):
    stem, statement, rule = DAMAGE[name]
    change_one(copy, stem, statement)
    assert_named(copy, rule, f"{stem}-" if stem in ("order", "stock") and not rule.startswith(("reservation.missing", "payment.")) else "")


def test_the_finding_names_the_very_row(copy):
    [variant] = first(copy, "stock", "SELECT variant_id FROM stock_level ORDER BY variant_id LIMIT 1")
    change_one(copy, "stock", "UPDATE stock_level SET on_hand = on_hand - 1 WHERE variant_id = ?", (variant,))
    assert_named(copy, "stock.on_hand_differs", variant)
    [order] = first(copy, "order", "SELECT id FROM orders WHERE status = 'confirmed' ORDER BY id LIMIT 1")
    change_one(copy, "order", "UPDATE orders SET total = total - 1 WHERE id = ?", (order,))
    assert_named(copy, "order.total_differs", order)
    change_one(copy, "payments", "DELETE FROM payment WHERE order_id = ?", (order,))
    assert_named(copy, "order.unpaid", order)


def test_money_kept_of_a_cancelled_order_is_named(copy):
    [order] = first(copy, "order", "SELECT id FROM orders WHERE status = 'cancelled' ORDER BY id LIMIT 1")
    change_one(copy, "payments", "DELETE FROM refund WHERE order_id = ?", (order,))
    change_one(copy, "payments", "UPDATE payment SET state = 'captured', refunded = 0 WHERE order_id = ?", (order,))
    assert_named(copy, "payment.kept", order)


def test_money_taken_before_the_order_was_confirmed_is_named(copy):
    """All else agrees: the order is pending, its saga awaits the payment, its pieces are held."""
    [order] = first(copy, "order", "SELECT id FROM orders WHERE status = 'confirmed' ORDER BY id LIMIT 1")
    change_one(copy, "order", "UPDATE orders SET status = 'pending' WHERE id = ?", (order,))
    change_one(copy, "order", "UPDATE saga SET phase = 1, pending = 1 << 32, ended = 0 WHERE order_id = ?", (order,))
    for file in database_files(copy, "stock"):
        with contextlib.closing(sqlite3.connect(file)) as database, database:
            for variant, quantity in database.execute("SELECT variant_id, quantity FROM reservation WHERE order_id = ?", (order,)).fetchall():
                database.execute("UPDATE stock_level SET on_hand = on_hand + ?, reserved = reserved + ? WHERE variant_id = ?", (quantity, quantity, variant))
            database.execute("UPDATE reservation SET state = 'held' WHERE order_id = ?", (order,))
            database.execute("DELETE FROM stock_movement WHERE order_id = ?", (order,))
    assert_named(copy, "payment.captured_early", order)


def test_orders_in_the_file_of_another_shard_are_named(copy):
    a, b = database_files(copy, "order")[:2]
    for suffix in ("", "-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            shutil.move(f"{a}{suffix}", f"{a}.swap{suffix}")
        with contextlib.suppress(FileNotFoundError):
            shutil.move(f"{b}{suffix}", f"{a}{suffix}")
        with contextlib.suppress(FileNotFoundError):
            shutil.move(f"{a}.swap{suffix}", f"{b}{suffix}")
    assert_named(copy, "order.wrong_shard", "order-")


@pytest.mark.parametrize("name", ["order-1.db", "stock-2.db", "payments.db", "users.db", "products.db"])
def test_a_missing_database_is_named(copy, name):
    for path in copy.glob(f"{name}*"):
        path.unlink()
    assert_named(copy, "file.missing", name)


@pytest.mark.parametrize("name", ["payments.db", "stock-0.db", "products.db"])
def test_a_database_of_damaged_pages_is_named(copy, name):
    file = copy / name
    content = bytearray(file.read_bytes())
    content[4096:] = bytes(byte ^ 0x5A for byte in content[4096:])
    file.write_bytes(content)
    status, report, printed = check(copy)
    assert status == 1, printed[:3000]
    assert any(finding["rule"] in ("file.corrupt", "file.unreadable") and name in finding["where"] for finding in report["damage"])


def busiest_segment(data, topic="."):
    return max((path for path in segment_files(data) if topic in str(path)), key=lambda path: len(path.read_bytes().rstrip(b"\0")))


# Rows: 12
@pytest.mark.parametrize("topic", ["order.events", "payment.commands", "stock.replies"])
def test_a_flipped_bit_in_the_event_log_is_named(copy, topic):
    file = busiest_segment(copy, topic)
    content = bytearray(file.read_bytes())
    content[200] ^= 0x10
    file.write_bytes(content)
    assert_named(copy, "log.damaged")


def test_a_segment_that_is_no_segment_is_named(copy):
    file = busiest_segment(copy)
    content = bytearray(file.read_bytes())
    content[:8] = b"NOTALOG!"
    file.write_bytes(content)
    assert_named(copy, "log.damaged")


def test_a_log_that_lost_its_last_records_is_named(copy):
    """Cut behind its first frame the segment itself looks whole."""
    file = busiest_segment(copy)
    content = bytearray(file.read_bytes())
    size = int.from_bytes(content[36:40], "little")
    assert any(content[32 + size:])
    content[32 + size:] = bytes(len(content) - 32 - size)
    file.write_bytes(content)
    assert_named(copy, "log.damaged")


def test_a_missing_segment_is_named(copy):
    busiest_segment(copy).unlink()
    assert_named(copy, "log.damaged")


def test_a_reader_that_stands_beyond_the_end_of_the_log_is_named(copy):
    change_one(copy, "payments", "UPDATE consumer_position SET next_offset = next_offset + 1 WHERE topic = 'payment.commands'")
    assert_named(copy, "consumer.beyond_log", "payments.db")


def test_several_kinds_of_damage_are_all_named(copy):
    change_one(copy, "stock", DAMAGE["pieces on hand that no movement explains"][1])
    change_one(copy, "order", DAMAGE["a total that is not the sum of its lines"][1])
    change_one(copy, "payments", DAMAGE["a missing refund"][1])
    _, report, _ = check(copy)
    assert {"stock.on_hand_differs", "order.total_differs", "payment.refunds_differ"} <= {finding["rule"] for finding in report["damage"]}
    assert report["damageCount"] == len(report["damage"])


# Rows: 13
def test_what_is_under_way_is_pending_and_no_damage(own_shop):
    product = own_shop.product(stock=50)
    placed = [own_shop.placed(product, token="tok_slow_5000") for _ in range(3)]
    own_shop.wait_for_available(product, 47)
    own_shop.server.kill()
    status, report, printed = check(own_shop.server.data)
    assert status == 0, printed[:3000]
    assert report["clean"] is True and report["pending"]["sagas"] == 3
    own_shop.server.start()
    own_shop.open()
    for order in placed:
        assert own_shop.ended(order)["status"] == "confirmed"
    own_shop.server.stop()
    status, report, _ = check(own_shop.server.data)
    assert (status, report["pending"].get("sagas", 0)) == (0, 0)


def test_a_directory_in_use_is_not_checked(own_shop):
    done = run_jangteo("check", "--data", own_shop.server.data)
    assert done.returncode == 2 and str(own_shop.server.data) in done.stderr


def test_a_directory_that_is_none_is_not_checked_and_not_made(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("not a directory", encoding="utf-8")
    for name in ("absent", "empty", "file"):
        done = run_jangteo("check", "--data", tmp_path / name)
        assert done.returncode == 2 and name in done.stderr, (name, done.stdout, done.stderr)
    assert not (tmp_path / "absent").exists() and list((tmp_path / "empty").iterdir()) == []


def test_the_report_is_one_json_object_on_standard_output(books):
    done = run_jangteo("check", "--data", books)
    assert set(json.loads(done.stdout)) == {"clean", "damageCount", "damage", "pending", "counts"}
