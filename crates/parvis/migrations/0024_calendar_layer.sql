-- Calendars of others that are shown on ours: read hourly from an address, or once from a file.
CREATE TABLE calendar_layer (
  organisation_id UUID NOT NULL,
  id UUID NOT NULL,
  name TEXT NOT NULL,
  -- Which icon stands before its events.
  mark TEXT NOT NULL,
  -- The host of its address; empty for a file.
  host TEXT NOT NULL,
  -- Its address, sealed: whoever knows it often may read it. None for a file.
  secret BYTEA,
  -- What was read last, and by what it is asked for again.
  content TEXT NOT NULL,
  etag TEXT,
  modified TEXT,
  -- When it was last asked, and when that last went well.
  tried_at BIGINT,
  read_at BIGINT,
  -- Why it didn't, the last time.
  error_code TEXT,
  -- Events that could be read in part or not at all, and whether there were too many.
  unread BIGINT NOT NULL,
  cut BOOLEAN NOT NULL,
  created_by UUID NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (organisation_id, id),
  FOREIGN KEY (organisation_id, created_by) REFERENCES colleague (organisation_id, id)
);
-- What takes place when, from three months before it was read to thirteen months after.
CREATE TABLE calendar_layer_event (
  organisation_id UUID NOT NULL,
  layer_id UUID NOT NULL,
  position BIGINT NOT NULL,
  starts_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  -- Whole days.
  is_day BOOLEAN NOT NULL,
  title TEXT NOT NULL,
  place TEXT NOT NULL,
  PRIMARY KEY (organisation_id, layer_id, position),
  FOREIGN KEY (organisation_id, layer_id) REFERENCES calendar_layer (organisation_id, id)
);
CREATE INDEX calendar_layer_event_starts ON calendar_layer_event (organisation_id, starts_at);
-- Who doesn't want to see which.
CREATE TABLE calendar_layer_hidden (
  organisation_id UUID NOT NULL,
  layer_id UUID NOT NULL,
  colleague_id UUID NOT NULL,
  PRIMARY KEY (organisation_id, layer_id, colleague_id),
  FOREIGN KEY (organisation_id, layer_id) REFERENCES calendar_layer (organisation_id, id),
  FOREIGN KEY (organisation_id, colleague_id) REFERENCES colleague (organisation_id, id)
);
