from bench.metrics_page import OrderCounts
from bench.scenarios.order_load import order_counts


def counts(time_s, placed, ended, running=0):
    return OrderCounts({("jangteo_orders_total", (("state", "placed"),)): placed,
                        ("jangteo_orders_total", (("state", "confirmed"),)): ended, ("jangteo_sagas_running", ()): running}, time_s)


def test_sagas_never_end_faster_than_orders_came_in():
    """The clock once began at the first reading that showed an order, up to half a second late: short runs showed more ended than placed."""
    samples = [counts(99.9, 50, 50), counts(100.4, 450, 450), counts(100.9, 950, 950)]
    orders = order_counts(samples[0], counts(101, 1050, 1050), counts(101.05, 1050, 1050), samples, 1000, started_at_s=100)
    assert orders["ended"] == 1000
    assert orders["endedPerS"] <= 1000 / 1.0


def test_sagas_that_end_after_the_load_count_with_the_time_they_took():
    orders = order_counts(counts(9, 0, 0), counts(20, 1000, 400, 600), counts(30, 1000, 1000), [], 1000, started_at_s=10)
    assert orders["endedPerS"] == 50
    assert orders["runningAfterLoad"] == 600
    assert orders["secondsToEndAfterLoad"] == 10
