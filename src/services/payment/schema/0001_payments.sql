-- One payment per order; states and edges in domain/payment_state.h. Amounts in minor units.
CREATE TABLE payment(order_id TEXT NOT NULL PRIMARY KEY, id TEXT NOT NULL, state TEXT NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL,
  captured INTEGER NOT NULL, refunded INTEGER NOT NULL, reason TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL)/*clustered*/;
-- Each refund is a row of its own; their sum is payment.refunded.
CREATE TABLE refund(id TEXT NOT NULL PRIMARY KEY, order_id TEXT NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL, at INTEGER NOT NULL);
-- Commands whose provider has not answered yet; run again (with the same key) after a restart.
CREATE TABLE payment_task(order_id TEXT NOT NULL, type TEXT NOT NULL, body TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY(order_id, type))/*clustered*/;
