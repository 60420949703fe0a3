-- What is out of the ordinary is told once: an alert, what it was seen in, who has seen it, and whom it was sent to.
ALTER TABLE watch ADD COLUMN folder TEXT NOT NULL DEFAULT '';
ALTER TABLE watch ADD COLUMN sensitivity TEXT NOT NULL DEFAULT 'balanced';

CREATE TABLE alert (
  organisation_id UUID NOT NULL,
  id UUID NOT NULL,
  -- burst, anger, unanswered, deaf, silent or expiring, seen in a watch, a desk or a channel.
  kind TEXT NOT NULL,
  subject_kind TEXT NOT NULL,
  subject_id UUID NOT NULL,
  state TEXT NOT NULL,
  -- How often it was told: once, and again when it has become many times worse.
  level BIGINT NOT NULL,
  began_at BIGINT NOT NULL,
  opened_at BIGINT NOT NULL,
  closed_at BIGINT,
  closed_why TEXT,
  closed_by UUID,
  evidence TEXT NOT NULL,
  PRIMARY KEY (organisation_id, id),
  FOREIGN KEY (organisation_id) REFERENCES organisation (id)
);
CREATE INDEX alert_state ON alert (organisation_id, state, opened_at, id);

-- In what an alert was seen: one event often shows in a watch, a desk and a channel at once.
CREATE TABLE alert_signal (
  organisation_id UUID NOT NULL,
  alert_id UUID NOT NULL,
  kind TEXT NOT NULL,
  subject_id UUID NOT NULL,
  subject_kind TEXT NOT NULL,
  seen_at BIGINT NOT NULL,
  ended_at BIGINT,
  PRIMARY KEY (organisation_id, alert_id, kind, subject_id),
  FOREIGN KEY (organisation_id, alert_id) REFERENCES alert (organisation_id, id)
);
CREATE UNIQUE INDEX alert_signal_open ON alert_signal (organisation_id, kind, subject_id) WHERE ended_at IS NULL;
CREATE INDEX alert_signal_ended ON alert_signal (organisation_id, kind, subject_id, ended_at);

CREATE TABLE alert_seen (
  organisation_id UUID NOT NULL,
  alert_id UUID NOT NULL,
  colleague_id UUID NOT NULL,
  seen_at BIGINT NOT NULL,
  PRIMARY KEY (organisation_id, alert_id, colleague_id),
  FOREIGN KEY (organisation_id, alert_id) REFERENCES alert (organisation_id, id),
  FOREIGN KEY (organisation_id, colleague_id) REFERENCES colleague (organisation_id, id) ON DELETE CASCADE
);

-- Where alerts and digests are sent to: a room, an incoming webhook, a signed webhook, an address.
CREATE TABLE destination (
  organisation_id UUID NOT NULL,
  id UUID NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  state TEXT NOT NULL,
  address TEXT NOT NULL,
  -- The channel whose mail server sends, for mail.
  channel_id UUID,
  -- Which kinds, desks and hours it gets, and in which language: JSON.
  rule TEXT NOT NULL,
  secret BYTEA,
  digest_at BIGINT,
  failing_since BIGINT,
  error_code TEXT,
  error_text TEXT,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (organisation_id, id),
  FOREIGN KEY (organisation_id) REFERENCES organisation (id)
);

-- What was, or will be, sent to a destination: each key once.
CREATE TABLE notice (
  organisation_id UUID NOT NULL,
  id UUID NOT NULL,
  destination_id UUID NOT NULL,
  key TEXT NOT NULL,
  kind TEXT NOT NULL,
  alert_id UUID,
  state TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  sent_at BIGINT,
  error_code TEXT,
  error_text TEXT,
  PRIMARY KEY (organisation_id, id),
  UNIQUE (organisation_id, destination_id, key),
  FOREIGN KEY (organisation_id, destination_id) REFERENCES destination (organisation_id, id)
);
CREATE INDEX notice_latest ON notice (organisation_id, destination_id, id);
