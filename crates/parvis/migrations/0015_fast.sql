-- The fast lane: a post that one person may have leave soon, once one other has read it. One row for each time it was tried.
CREATE TABLE fast (
  organisation_id UUID NOT NULL,
  id UUID NOT NULL,
  post_id UUID NOT NULL,
  -- Which version was put before the readers.
  version BIGINT NOT NULL,
  -- 'writing', 'asked', 'yes', 'no', 'silent' (nobody answered), 'void' (changed, taken back or gone the ordinary way)
  state TEXT NOT NULL,
  colleague_id UUID NOT NULL,
  reason TEXT NOT NULL,
  began_at BIGINT NOT NULL,
  asked_at BIGINT,
  -- When the next reader is asked.
  next_at BIGINT,
  answered_by UUID,
  answered_at BIGINT,
  answer TEXT,
  -- Who looked at it afterwards, and what they had to say.
  reviewed_by UUID,
  reviewed_at BIGINT,
  review TEXT,
  PRIMARY KEY (organisation_id, id),
  FOREIGN KEY (organisation_id, post_id) REFERENCES post (organisation_id, id)
);
CREATE INDEX fast_post ON fast (organisation_id, post_id, id);
CREATE INDEX fast_state ON fast (organisation_id, state, reviewed_at, id);
-- Who was asked for the second look, and whether a letter reached them: 'none' (no mailbox sends), 'waiting', 'sending', 'sent',
-- 'failed', 'unknown' (it may have arrived), 'dropped' (over before it was sent).
CREATE TABLE fast_ask (
  organisation_id UUID NOT NULL,
  id UUID NOT NULL,
  fast_id UUID NOT NULL,
  colleague_id UUID NOT NULL,
  at BIGINT NOT NULL,
  told TEXT NOT NULL,
  error_text TEXT,
  PRIMARY KEY (organisation_id, id),
  FOREIGN KEY (organisation_id, fast_id) REFERENCES fast (organisation_id, id)
);
CREATE INDEX fast_ask_fast ON fast_ask (organisation_id, fast_id, id);
