from bench import metrics_page
from bench.metrics_page import OrderCounts, parse, wait_until_ended

PAGE = """# HELP jangteo_orders_total Orders by state
# TYPE jangteo_orders_total counter
jangteo_orders_total{state="placed"} 12
jangteo_orders_total{state="confirmed"} 9
jangteo_orders_total{state="rejected"} 2
jangteo_orders_total{state="cancelled"} 1
jangteo_sagas_running 1
other{path="a\\"b",code="200"} 1.5e3
"""


def test_reads_names_labels_and_numbers():
    values = parse(PAGE)
    assert values["jangteo_sagas_running", ()] == 1
    assert values["other", (("code", "200"), ("path", 'a\\"b'))] == 1500


def test_a_cancelled_order_was_confirmed_before_and_ends_once():
    counts = OrderCounts(parse(PAGE), 0)
    assert (counts.placed, counts.ended, counts.running) == (12, 11, 1)


def counts_of(placed, confirmed, running):
    return OrderCounts({("jangteo_orders_total", (("state", "placed"),)): placed,
                        ("jangteo_orders_total", (("state", "confirmed"),)): confirmed, ("jangteo_sagas_running", ()): running}, 0)


def test_waits_until_every_saga_ended(monkeypatch):
    pages = [counts_of(3, 1, 2), counts_of(3, 3, 1), counts_of(3, 3, 0), counts_of(9, 9, 0)]
    monkeypatch.setattr(metrics_page, "read_orders", lambda url: pages.pop(0))
    assert wait_until_ended("", 3).running == 0
    assert len(pages) == 1, "stops at the first page where all have ended"


def test_gives_up_on_sagas_that_do_not_move(monkeypatch):
    monkeypatch.setattr(metrics_page, "read_orders", lambda url: counts_of(3, 1, 2))
    assert wait_until_ended("", 3, stuck_s=0.1).ended == 1
