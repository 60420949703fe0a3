-- Saved queries over everything that comes in, and which messages each has found.
CREATE TABLE watch (
  organisation_id UUID NOT NULL,
  id UUID NOT NULL,
  name TEXT NOT NULL,
  query TEXT NOT NULL,
  owner_id UUID NOT NULL,
  created_at BIGINT NOT NULL,
  -- Grows with every change of any watch: whoever keeps them ready knows by it that they are stale.
  changed_at BIGINT NOT NULL,
  -- Messages older than this one are still to be looked through; NULL once that is done.
  fill_before UUID,
  PRIMARY KEY (organisation_id, id),
  FOREIGN KEY (organisation_id) REFERENCES organisation (id),
  FOREIGN KEY (organisation_id, owner_id) REFERENCES colleague (organisation_id, id)
);
CREATE TABLE mention (
  organisation_id UUID NOT NULL,
  watch_id UUID NOT NULL,
  message_id UUID NOT NULL,
  sent_at BIGINT NOT NULL,
  PRIMARY KEY (organisation_id, watch_id, message_id),
  FOREIGN KEY (organisation_id, watch_id) REFERENCES watch (organisation_id, id),
  FOREIGN KEY (organisation_id, message_id) REFERENCES message (organisation_id, id)
);
CREATE INDEX mention_time ON mention (organisation_id, watch_id, sent_at, message_id);
CREATE INDEX mention_message ON mention (organisation_id, message_id);
