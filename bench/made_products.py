"""Products for measurements: made up, in the shape of a real outdoor shop's catalogue (names of 3-4 words, descriptions near 320 characters)."""
import json
import random

from bench.server_process import BenchError, fetch, run_jangteo

BRANDS = ["Nordhang", "Kiesel", "Blaufels", "Windrose", "Talweg", "Gratwerk"]
KINDS = {"Footwear": ["Hiking Boots", "Trail Shoes", "Approach Shoes"], "Climbing": ["Harness", "Chalk Bag", "Belay Device"],
         "Bags": ["Daypack", "Duffel", "Hip Pack"], "Jackets": ["Rain Jacket", "Down Jacket", "Wind Shell"],
         "Camping": ["Tent", "Sleeping Bag", "Camp Stove"]}
WORDS = ("light sturdy waterproof padded breathable adjustable recycled quick-drying reinforced compact reflective insulated seam-sealed "
         "ripstop foldable durable ergonomic windproof for on with every long cold steep rocky muddy trail summit ridge river camp day "
         "night season weather straps zip pocket hood sole lining frame buckle loop grip").split()


def make_products(count, stock):
    """The same products for the same count, on every machine."""
    draw = random.Random(20240501)
    products = []
    for number in range(1, count + 1):
        category = draw.choice(sorted(KINDS))
        name = f"{draw.choice(BRANDS)} {draw.choice(WORDS).title()} {draw.choice(KINDS[category])} {number}"
        description = ""
        while len(description) < 300:
            sentence = " ".join(draw.choice(WORDS) for _ in range(draw.randint(7, 12)))
            description += sentence.capitalize() + ". "
        products.append({"sku": f"BENCH-{number:06d}", "name": name, "description": description.strip(), "category": category,
                         "price": {"amount": draw.randint(5, 400) * 1000, "currency": "KRW"}, "stock": stock})
    return products


def import_products(binary, data, count, stock):
    """Into a stopped data directory, through the command that a shop owner uses."""
    file = data.parent / "products.json"
    file.write_text(json.dumps(make_products(count, stock)), encoding="utf-8")
    status, output, errors = run_jangteo(binary, "import", "products", file, "--data", data)
    file.unlink()
    if status != 0:
        raise BenchError(f"import products ended with status {status}:\n{output[-1000:]}{errors[-1000:]}")


def product_ids(url, count):
    ids = []
    cursor = ""
    while len(ids) < count:
        status, _, body = fetch(f"{url}/api/products?limit=100{cursor}")
        if status != 200:
            raise BenchError(f"GET /api/products answered {status}: {body[:300]!r}")
        page = json.loads(body)
        ids += [product["id"] for product in page["data"]]
        if not page["hasMore"]:
            break
        cursor = "&cursor=" + page["nextCursor"]
    if not ids:
        raise BenchError("the catalogue is empty")
    return ids[:count]


def write_ids(folder, ids):
    path = folder / "product-ids"
    path.write_text("\n".join(ids) + "\n", encoding="utf-8")
    return path
