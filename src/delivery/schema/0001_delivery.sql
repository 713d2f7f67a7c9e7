-- In every database whose owner sends or receives events.
-- One row per commit that emitted messages: its frames one behind the other (delivery/outbox.h). Gone once they are in the event log.
CREATE TABLE outbox(seq INTEGER PRIMARY KEY, body BLOB NOT NULL);
-- Where a consumer reads on; changed in the transaction of the effects.
CREATE TABLE consumer_position(consumer TEXT NOT NULL, topic TEXT NOT NULL, part INTEGER NOT NULL, next_offset INTEGER NOT NULL,
  PRIMARY KEY(consumer, topic, part))/*clustered*/;
-- Records that could not be applied, with why. They block nothing; an operator looks at them.
CREATE TABLE dead_letter(consumer TEXT NOT NULL, topic TEXT NOT NULL, part INTEGER NOT NULL, record_offset INTEGER NOT NULL,
  record_key TEXT NOT NULL, body BLOB NOT NULL, reason TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY(consumer, topic, part, record_offset));
-- Events whose effect is done, for consumers without a natural key of their own.
CREATE TABLE inbox(consumer TEXT NOT NULL, event_id TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY(consumer, event_id))/*clustered*/;
