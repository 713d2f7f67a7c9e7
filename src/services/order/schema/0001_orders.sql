-- One file per order shard. An order's shard is its id's last 16 bits modulo the number of shards.
-- items: the JSON array that answers show: [{"productId","variantId","sku","name","quantity","unitPrice","total"}].
CREATE TABLE orders(id TEXT NOT NULL PRIMARY KEY, user_id TEXT, status TEXT NOT NULL, total INTEGER NOT NULL, currency TEXT NOT NULL,
  items TEXT NOT NULL, payment_token TEXT NOT NULL, reason TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL)/*clustered*/;
CREATE INDEX orders_by_user ON orders(user_id, id) WHERE user_id IS NOT NULL;
-- The checkout saga of each order: phase and what is awaited (bit i: stock shard i, bit 32: payment). timeline: 8 bytes per event,
-- microseconds since started_us << 8 | event.
CREATE TABLE saga(order_id TEXT NOT NULL PRIMARY KEY, phase INTEGER NOT NULL, pending INTEGER NOT NULL, stock_shards INTEGER NOT NULL,
  reserved INTEGER NOT NULL, flags INTEGER NOT NULL, refusal TEXT NOT NULL, trace TEXT NOT NULL, timeline BLOB NOT NULL, started_us INTEGER NOT NULL,
  updated_at INTEGER NOT NULL, ended INTEGER NOT NULL)/*clustered*/;
CREATE INDEX saga_running ON saga(order_id) WHERE ended = 0;
-- The key row is written in the transaction of its effect. answer_status NULL: the first request is not answered yet (it waits for its saga).
CREATE TABLE idempotency(principal TEXT NOT NULL, idempotency_key TEXT NOT NULL, fingerprint INTEGER NOT NULL, order_id TEXT NOT NULL,
  answer_status INTEGER, answer_body TEXT, at INTEGER NOT NULL, PRIMARY KEY(principal, idempotency_key))/*clustered*/;
CREATE INDEX idempotency_by_age ON idempotency(at);
