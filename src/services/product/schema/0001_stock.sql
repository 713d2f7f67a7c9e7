-- One file per stock shard. The counters of a level equal the sums of its movements (on_hand) and of its held reservations (reserved).
CREATE TABLE stock_level(variant_id TEXT NOT NULL PRIMARY KEY, on_hand INTEGER NOT NULL, reserved INTEGER NOT NULL,
  CHECK (reserved >= 0 AND on_hand >= reserved))/*clustered*/;
-- Append-only. kind: receipt (+), correction (+/-), sale (-), restock (+).
CREATE TABLE stock_movement(id INTEGER PRIMARY KEY, variant_id TEXT NOT NULL, kind TEXT NOT NULL, quantity INTEGER NOT NULL, order_id TEXT,
  at INTEGER NOT NULL);
-- The first movement of every variant is one of these, so that "has it ever moved" reads no sales.
CREATE INDEX stock_movement_first ON stock_movement(variant_id) WHERE kind IN ('receipt', 'correction');
-- One row per line of a reservation; state: held, committed, released, restocked. A refused one leaves a single row, under its first
-- variant, so that the command gets the same answer again: state refused, the quantity asked for, and of which variant how many there were.
CREATE TABLE reservation(order_id TEXT NOT NULL, variant_id TEXT NOT NULL, quantity INTEGER NOT NULL, state TEXT NOT NULL,
  at INTEGER NOT NULL, refused_variant_id TEXT, refused_available INTEGER, PRIMARY KEY(order_id, variant_id))/*clustered*/;
