"""hot-product: all orders on one product against orders spread over 100, in turn (A B A B) on one server, closed loop."""
from bench.driver_run import in_pairs, median_of, require_clean
from bench.scenarios.order_load import open_shop, place_orders, stop_and_check
from bench.verdict_table import Row


def measure(bench):
    with open_shop(bench) as (server, ids):

        def run(choice):
            result = place_orders(bench, server, ids, connections=bench.connections or 512, id_choice=choice, warm_up_s=bench.warm_up_s,
                                  duration_s=bench.duration_s)
            require_clean(result, choice)
            return result

        hot, spread = in_pairs(lambda: run("hot"), lambda: run("round-robin"), bench.pairs)
        checks = stop_and_check(bench, server, [*hot, *spread])
    rates = {name: median_of(results, "counted", "ratePerS") for name, results in (("hot", hot), ("spread", spread))}
    ended = {name: median_of(results, "orders", "endedPerS") for name, results in (("hot", hot), ("spread", spread))}
    rows = [
        Row("one product / spread over 100, acknowledged", rates["hot"] / rates["spread"], "", 0.8, 0.95),
        Row("one product / spread over 100, brought to their end", ended["hot"] / ended["spread"], "", 0.8, 0.95),
        Row("one product: acknowledged", rates["hot"], "per second"),
        Row("spread: acknowledged", rates["spread"], "per second"),
        Row("one product: brought to their end", ended["hot"], "per second"),
        Row("spread: brought to their end", ended["spread"], "per second"),
        Row("one product: p99", median_of(hot, "latencyMs", "p99"), "ms"),
        Row("spread: p99", median_of(spread, "latencyMs", "p99"), "ms"),
    ]
    return rows + checks, {"hot": hot, "spread": spread}
