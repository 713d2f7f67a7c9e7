-- One file per stock shard. The counters of a level equal the sums of its movements (on_hand) and of its held reservations (reserved).
CREATE TABLE stock_level(variant_id TEXT NOT NULL PRIMARY KEY, on_hand INTEGER NOT NULL, reserved INTEGER NOT NULL,
  CHECK (reserved >= 0 AND on_hand >= reserved))/*clustered*/;
-- Append-only. kind: receipt (+), correction (+/-), sale (-), restock (+).
CREATE TABLE stock_movement(id INTEGER PRIMARY KEY, variant_id TEXT NOT NULL, kind TEXT NOT NULL, quantity INTEGER NOT NULL, order_id TEXT,
  at INTEGER NOT NULL);
-- state: held, committed, released, restocked.
CREATE TABLE reservation(order_id TEXT NOT NULL, variant_id TEXT NOT NULL, quantity INTEGER NOT NULL, state TEXT NOT NULL,
  at INTEGER NOT NULL, PRIMARY KEY(order_id, variant_id))/*clustered*/;
