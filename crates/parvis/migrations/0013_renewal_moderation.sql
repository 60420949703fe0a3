-- How the renewal of a channel's access stands, where what renews it is good once: 'begun' (it was handed over, and what
-- came of it isn't kept yet), 'lost' (nobody knows what came of it), 'refused'.
ALTER TABLE channel ADD COLUMN renewal TEXT;
-- The key by which this installation proves to networks that it is itself, sealed.
CREATE TABLE client_key (
  organisation_id UUID NOT NULL PRIMARY KEY REFERENCES organisation (id),
  secret BYTEA NOT NULL,
  created_at BIGINT NOT NULL
);
-- What was decided about a message that somebody else wrote, on its network: one decision at a time.
CREATE TABLE moderation (
  organisation_id UUID NOT NULL,
  message_id UUID NOT NULL,
  -- 'approve', 'hold', 'spam', 'not_spam'
  act TEXT NOT NULL,
  -- 'held', 'acting', 'done', 'refused'
  step TEXT NOT NULL,
  colleague_id UUID NOT NULL,
  decided_at BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  error_code TEXT,
  error_text TEXT,
  PRIMARY KEY (organisation_id, message_id),
  FOREIGN KEY (organisation_id, message_id) REFERENCES message (organisation_id, id)
);
