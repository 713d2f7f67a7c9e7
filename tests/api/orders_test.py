"""Orders over HTTP: placing in every form, the checkout to its end, reading, listing and cancelling; money and pieces add up."""
import concurrent.futures

import pytest

PRICE = 12_900


def events(order):
    return [entry["event"] for entry in order["timeline"]]


def assert_problem(answer, status, code):
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


# Rows: 8, 9, 12, 13
def test_an_order_is_pending_at_once_and_confirmed_when_stock_and_payment_agree(shop):
    product = shop.product(stock=10)
    placed = shop.placed(product, quantity=2)
    assert placed["status"] == "pending"
    assert placed["total"] == {"amount": 2 * PRICE, "currency": "KRW"}
    [item] = placed["items"]
    assert (item["productId"], item["variantId"], item["quantity"]) == (product["id"], product["variants"][0]["id"], 2)
    assert (item["sku"], item["name"], item["unitPrice"]) == (product["sku"], product["name"], product["price"])
    order = shop.ended(placed)
    assert (order["status"], order["saga"]["state"]) == ("confirmed", "completed")
    assert events(order)[:4] == ["order.pending", "stock.reserved", "payment.authorized", "order.confirmed"]
    assert sorted(events(order)[4:]) == ["payment.captured", "stock.committed"]
    assert (order["items"], order["total"], order["createdAt"]) == (placed["items"], placed["total"], placed["createdAt"])
    elapsed = [entry["elapsedMs"] for entry in order["timeline"]]
    assert elapsed == sorted(elapsed) and elapsed[0] == 0
    shop.wait_for_available(product, 8)


# Rows: 8
def test_the_short_form_buys_one_piece_as_a_guest(shop):
    product = shop.product(stock=3)
    answer = shop.client.post("/api/orders", json={"productId": product["id"]})
    assert answer.status_code == 201
    assert answer.headers["Location"] == answer.json()["links"]["self"]
    order = shop.ended(answer.json())
    assert (order["status"], order["items"][0]["quantity"], order["total"]["amount"]) == ("confirmed", 1, PRICE)


def test_a_body_without_content_type_is_read_as_json(shop):
    product = shop.product()
    answer = shop.client.post("/api/orders", content=b'{"productId": "%s"}' % product["id"].encode())
    assert "content-type" not in answer.request.headers and answer.status_code == 201


def test_a_guest_reads_the_order_by_its_link_and_nobody_by_a_forged_one(shop):
    order = shop.placed(shop.product())
    path, token = order["links"]["self"].split("?token=")
    other = shop.placed(shop.product())["links"]["self"].split("?token=")[1]
    swapped = token[:-1] + ("A" if token[-1] != "A" else "B")
    assert shop.client.get(f"{path}?token={token}").status_code == 200
    for forged in ["", "?token=", f"?token={swapped}", f"?token={other}", "?token=" + "A" * len(token), "?token=" + "A" * 5000, "?token=%C3%A9"]:
        for answer in (shop.client.get(path + forged), shop.client.post(f"{path}/cancel{forged}")):
            assert_problem(answer, 404, "not_found")
    assert shop.ended(order)["status"] == "confirmed"


# Rows: 6, 8
def test_buyers_list_and_read_their_own_orders_and_no_others(shop):
    product = shop.product()
    minji, junho = shop.buyer(), shop.buyer()
    mine = [shop.placed(product, client=minji.client) for _ in range(5)]
    his = shop.placed(product, client=junho.client)
    assert "token" not in mine[0]["links"]["self"]
    listed = minji.client.get("/api/orders").json()
    assert [order["id"] for order in listed["data"]] == sorted((order["id"] for order in mine), reverse=True)
    assert not listed["hasMore"] and listed["nextCursor"] is None
    assert_problem(minji.client.get(his["links"]["self"]), 404, "not_found")
    assert_problem(minji.client.post(his["links"]["self"] + "/cancel"), 404, "not_found")
    assert_problem(shop.client.get(mine[0]["links"]["self"]), 404, "not_found")
    assert_problem(shop.client.get("/api/orders"), 401, "unauthorized")
    assert shop.ended(his, junho.client)["status"] == "confirmed"


def test_the_list_of_orders_goes_page_by_page_over_all_shards_without_gap_or_repeat(shop):
    product, buyer = shop.product(), shop.buyer()
    placed = [shop.placed(product, client=buyer.client)["id"] for _ in range(23)]
    seen, cursor = [], ""
    for _ in range(10):
        page = buyer.client.get(f"/api/orders?limit=5{cursor}").json()
        assert len(page["data"]) <= 5
        seen += [order["id"] for order in page["data"]]
        if not page["hasMore"]:
            break
        cursor = f"&cursor={page['nextCursor']}"
    assert seen == sorted(placed, reverse=True)


def test_an_order_that_was_waited_for_is_answered_at_the_end_of_its_checkout(shop):
    answer = shop.order(shop.product(), wait_s=10)
    assert answer.status_code == 201 and answer.json()["status"] == "confirmed"


def test_waiting_ends_with_the_answer_pending_when_the_checkout_takes_longer(shop):
    answer = shop.order(shop.product(), token="tok_slow_5000", wait_s=1)
    assert answer.status_code == 201 and answer.json()["status"] == "pending"
    assert shop.ended(answer.json())["status"] == "confirmed"


# Rows: 14
def test_what_cannot_be_had_is_refused_at_once_and_makes_no_order(shop):
    product, buyer = shop.product(stock=2), shop.buyer()
    answer = shop.order(product, quantity=3, client=buyer.client)
    assert_problem(answer, 409, "out_of_stock")
    assert "link" not in answer.json()
    [blamed] = answer.json()["errors"]
    assert blamed["param"].startswith("items[0]") and "3" in blamed["detail"] and "2" in blamed["detail"]
    assert buyer.client.get("/api/orders").json()["data"] == []
    assert shop.available(product) == 2


# Rows: 13
def test_a_refused_reservation_is_answered_with_the_order_that_was_rejected(shop):
    """The line looks possible at first (each of its two entries is), but not both together: the saga finds out."""
    product = shop.product(stock=3)
    answer = shop.order_lines([(product, 2), (product, 2)], wait_s=10)
    assert_problem(answer, 409, "out_of_stock")
    order = shop.client.get(answer.json()["link"]).json()
    assert (order["status"], order["reason"], order["saga"]["state"]) == ("rejected", "out_of_stock", "compensated")
    assert shop.available(product) == 3


@pytest.mark.parametrize(("token", "reason"), [("tok_declined", "card_declined"), ("tok_insufficient", "insufficient_funds")])
# Rows: 9, 13
def test_a_declined_payment_gives_the_pieces_back_and_answers_402(shop, token, reason):
    product = shop.product(stock=5)
    answer = shop.order(product, quantity=2, token=token, wait_s=10)
    assert_problem(answer, 402, "payment_declined")
    order = shop.client.get(answer.json()["link"]).json()
    assert (order["status"], order["reason"], order["saga"]["state"]) == ("rejected", reason, "compensated")
    assert events(order) == ["order.pending", "stock.reserved", "payment.declined", "stock.released", "order.rejected"]
    shop.wait_for_available(product, 5)


@pytest.mark.parametrize("token", ["tok_ok", "tok_timeout", "tok_error_then_ok", "tok_slow_200"])
# Rows: 9, 13
def test_a_payment_that_is_late_lost_or_tried_again_is_made_once(shop, token):
    product = shop.product(stock=5)
    order = shop.confirmed(product, token=token)
    assert [event for event in events(order) if event.startswith("payment.")] == ["payment.authorized", "payment.captured"]
    shop.wait_for_available(product, 4)


def test_a_slow_payment_holds_the_pieces_so_that_nobody_else_gets_them(shop):
    product = shop.product(stock=1)
    slow = shop.placed(product, token="tok_slow_1500")
    shop.wait_for_available(product, 0)
    assert_problem(shop.order(product, wait_s=10), 409, "out_of_stock")
    assert shop.ended(slow)["status"] == "confirmed"


def test_an_order_of_many_lines_takes_all_of_them(shop):
    products = [shop.product(stock=10, amount=1_000 + number) for number in range(12)]
    quantities = [number % 3 + 1 for number in range(12)]
    answer = shop.order_lines(list(zip(products, quantities)), wait_s=10)
    assert answer.status_code == 201 and answer.json()["status"] == "confirmed"
    assert answer.json()["total"]["amount"] == sum((1_000 + number) * quantities[number] for number in range(12))
    for item, product, quantity in zip(answer.json()["items"], products, quantities):
        assert (item["productId"], item["quantity"], item["total"]["amount"]) == (product["id"], quantity, product["price"]["amount"] * quantity)
    for product, quantity in zip(products, quantities):
        shop.wait_for_available(product, 10 - quantity)


# Rows: 13, 14
def test_an_order_over_several_stock_shards_is_all_or_nothing(shop):
    """Racing orders of twelve lines for the last piece of one of them: one wins, and the losers hold nothing anywhere."""
    scarce = shop.product(stock=1)
    plenty = [shop.product(stock=1000) for _ in range(11)]
    lines = [(product, 1) for product in [*plenty[:6], scarce, *plenty[6:]]]
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: shop.order_lines(lines, wait_s=10), range(12)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 11
    for product in plenty:
        shop.wait_for_available(product, 999)
    assert shop.available(scarce) == 0


def test_entries_of_one_product_count_together(shop):
    product = shop.product(stock=5)
    answer = shop.order_lines([(product, 2), (product, 3)], wait_s=10)
    assert answer.status_code == 201 and answer.json()["status"] == "confirmed"
    assert answer.json()["total"]["amount"] == 5 * PRICE
    shop.wait_for_available(product, 0)


def test_a_variant_is_bought_at_its_own_price_from_its_own_pieces(shop):
    stem = shop.product()["sku"]
    product = shop.product(stock=None, variants=[{"sku": f"{stem}-S", "stock": 3}, {"sku": f"{stem}-L", "stock": 4, "price": {"amount": 15_000, "currency": "KRW"}}])
    small, large = product["variants"]
    item = {"productId": product["id"], "variantId": large["id"], "quantity": 2}
    answer = shop.client.post("/api/orders", json={"items": [item], "payment": {"method": "card", "token": "tok_ok"}}, headers={"Prefer": "wait=10"})
    assert answer.status_code == 201 and answer.json()["total"]["amount"] == 30_000, answer.text
    shop.wait_for_available(product, 5)
    left = {variant["id"]: variant["stock"]["available"] for variant in shop.client.get(f"/api/products/{product['id']}").json()["variants"]}
    assert left == {small["id"]: 3, large["id"]: 2}
    foreign = {"productId": shop.product()["id"], "variantId": large["id"], "quantity": 1}
    refused = shop.client.post("/api/orders", json={"items": [foreign], "payment": {"method": "card", "token": "tok_ok"}})
    assert_problem(refused, 404, "not_found")


def test_totals_are_exact_up_to_the_largest_order_and_never_wrap(shop):
    dear = shop.product(stock=1_000_000_000, amount=1_000_000_000_000)
    largest = shop.order_lines([(dear, 1_000_000)] * 9, wait_s=10)
    assert largest.status_code == 201 and largest.json()["total"]["amount"] == 9 * 10**18
    assert_problem(shop.order_lines([(dear, 1_000_000)] * 10), 422, "invalid")


def test_one_order_has_one_currency(shop):
    won, dollars = shop.product(), shop.product(amount=1299, currency="USD")
    assert_problem(shop.order_lines([(won, 1), (dollars, 1)]), 422, "invalid")
    order = shop.order(dollars, quantity=3, wait_s=10).json()
    assert order["total"] == {"amount": 3897, "currency": "USD"}


def test_an_order_keeps_the_price_and_name_it_was_placed_with(shop):
    product = shop.product()
    before = shop.confirmed(product)
    changed = shop.owner.patch(f"/api/products/{product['id']}", json={"name": "another name", "price": {"amount": 99, "currency": "KRW"}})
    assert changed.status_code == 200
    assert shop.read(before)["items"] == before["items"]
    assert shop.placed(product)["total"]["amount"] == 99
    assert shop.owner.delete(f"/api/products/{product['id']}").status_code == 204
    assert shop.read(before)["items"] == before["items"]
    assert_problem(shop.order(product), 404, "not_found")


# Rows: 8, 9, 13
def test_a_confirmed_order_is_cancelled_with_refund_and_its_pieces_come_back(shop):
    product = shop.product(stock=5)
    order = shop.confirmed(product, quantity=2)
    shop.wait_for_available(product, 3)
    answer = shop.client.post(order["links"]["self"].replace("?", "/cancel?"))
    assert answer.status_code == 200 and answer.json()["status"] == "cancelled"
    ended = shop.ended(order)
    assert (ended["status"], ended["saga"]["state"]) == ("cancelled", "compensated")
    assert {"order.cancelled", "payment.refunded", "stock.restocked"} <= set(events(ended))
    shop.wait_for_available(product, 5)
    again = shop.client.post(order["links"]["self"].replace("?", "/cancel?"))
    assert again.status_code == 200 and again.json()["status"] == "cancelled"
    assert events(shop.ended(order)) == events(ended)
    shop.wait_for_available(product, 5)


# Rows: 13
def test_a_pending_order_is_cancelled_and_its_money_is_never_captured(shop):
    product = shop.product(stock=5)
    order = shop.placed(product, token="tok_slow_3000")
    answer = shop.client.post(order["links"]["self"].replace("?", "/cancel?"))
    assert answer.status_code == 200 and answer.json()["status"] == "cancelled"
    ended = shop.ended(order)
    assert (ended["status"], ended["saga"]["state"]) == ("cancelled", "compensated")
    assert "payment.captured" not in events(ended) and "order.confirmed" not in events(ended)
    shop.wait_for_available(product, 5)


# Rows: 13
def test_cancelling_at_any_moment_of_the_checkout_undoes_all_of_it(shop):
    product, buyer = shop.product(stock=100), shop.buyer()

    def place_and_cancel(number):
        order = shop.placed(product, client=buyer.client, token=f"tok_slow_{number % 7}")
        answer = buyer.client.post(order["links"]["self"] + "/cancel")
        assert answer.status_code == 200, answer.text
        return shop.ended(order, buyer.client)

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        ended = list(pool.map(place_and_cancel, range(40)))
    assert {(order["status"], order["saga"]["state"]) for order in ended} == {("cancelled", "compensated")}
    for order in ended:
        assert ("payment.captured" in events(order)) <= ("payment.refunded" in events(order)), events(order)
    shop.wait_for_available(product, 100)


def test_a_rejected_order_cannot_be_cancelled(shop):
    refused = shop.order(shop.product(), token="tok_declined", wait_s=10)
    link = refused.json()["link"]
    assert_problem(shop.client.post(link.replace("?", "/cancel?")), 409, "invalid_transition")
    assert shop.client.get(link).json()["status"] == "rejected"
