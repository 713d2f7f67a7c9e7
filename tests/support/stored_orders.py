"""What lies on disk in a data directory: read with sqlite3 and by the segment log's documented format, never through the program.

The databases may be open in a running server (readers do not disturb WAL databases); the event log is read as it is written.
"""
import contextlib
import json
import pathlib
import sqlite3
import struct
from dataclasses import dataclass

SEGMENT_HEADER_BYTES = 32
FRAME_HEADER = struct.Struct("<IIqqI")  # crc, size, first offset, time, count


@dataclass
class StoredOrder:
    file: str
    id: str
    user_id: str
    status: str
    total: int
    currency: str
    items: list
    saga_ended: bool


def database_files(data, stem):
    """order-0.db, order-1.db ... of a data directory, wherever in it they lie."""
    return sorted(pathlib.Path(data).rglob(f"{stem}-[0-9]*.db"))


def query(file, sql, parameters=()):
    with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=30)) as database:
        return database.execute(sql, parameters).fetchall()


def change(file, sql, parameters=()):
    """Changes a database that no server has open. Returns how many rows it changed."""
    with contextlib.closing(sqlite3.connect(file, timeout=30)) as database, database:
        return database.execute(sql, parameters).rowcount


def read_orders(data):
    """{id: StoredOrder} of all shards."""
    sql = ("SELECT o.id, o.user_id, o.status, o.total, o.currency, o.items, s.ended FROM orders o LEFT JOIN saga s ON s.order_id = o.id")
    return {row[0]: StoredOrder(file.name, row[0], row[1], row[2], row[3], row[4], json.loads(row[5]), bool(row[6]))
            for file in database_files(data, "order") for row in query(file, sql)}


def read_stock(data):
    """{variant id: (on hand, reserved)} of all shards."""
    return {variant: (on_hand, reserved) for file in database_files(data, "stock")
            for variant, on_hand, reserved in query(file, "SELECT variant_id, on_hand, reserved FROM stock_level")}


def segment_files(data):
    return sorted(path for path in pathlib.Path(data).rglob("*.log") if path.stem.isdigit())


def read_topic(data, topic):
    """[(key, value as JSON)] of all partitions of a topic, in order within each."""
    records = []
    for path in segment_files(data):
        if topic in path.parts or any(part.startswith(topic + "-") for part in path.parts):
            records += read_segment(path.read_bytes())
    return records


def read_segment(content):
    assert content.startswith(b"JTSEG001")
    at = SEGMENT_HEADER_BYTES
    while at + FRAME_HEADER.size <= len(content):
        _, size, _, _, count = FRAME_HEADER.unpack_from(content, at)
        if size == 0:
            return
        place = at + FRAME_HEADER.size
        for _ in range(count):
            value_bytes, key_bytes = struct.unpack_from("<IH", content, place)
            place += 6
            key, value = content[place:place + key_bytes], content[place + key_bytes:place + key_bytes + value_bytes]
            yield key.decode(), json.loads(value)
            place += key_bytes + value_bytes
        at += size
