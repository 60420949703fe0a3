-- Deliveries that were acknowledged and wait to be folded, in the order in which they came.
CREATE TABLE arrival (
  organisation_id UUID NOT NULL,
  id UUID NOT NULL,
  channel_id UUID NOT NULL,
  -- The sender's id of the delivery: the same however often it is sent.
  delivery TEXT NOT NULL,
  -- The delivery and what it says, as the network's room read them (JSON).
  received TEXT NOT NULL,
  PRIMARY KEY (organisation_id, id),
  UNIQUE (organisation_id, channel_id, delivery)
);
