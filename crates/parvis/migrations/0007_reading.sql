-- What each message that came in is taken to say: by the model, or by people where they said otherwise.
CREATE TABLE reading (
  organisation_id UUID NOT NULL,
  message_id UUID NOT NULL,
  sent_at BIGINT NOT NULL,
  -- Which model read it.
  model TEXT NOT NULL,
  language TEXT NOT NULL,
  sentiment TEXT NOT NULL,
  -- Thousandths: the chance of positive less that of negative, -1000 to 1000; the chance of abuse, 0 to 1000.
  score BIGINT NOT NULL,
  intent TEXT NOT NULL,
  abuse BIGINT NOT NULL,
  needs_answer BOOLEAN NOT NULL,
  PRIMARY KEY (organisation_id, message_id),
  FOREIGN KEY (organisation_id, message_id) REFERENCES message (organisation_id, id)
);
CREATE INDEX reading_intent ON reading (organisation_id, intent, sent_at, message_id);

-- What a person said of a message against the model, and what that taught. None is ever removed: one that was taken
-- back has ended.
CREATE TABLE correction (
  organisation_id UUID NOT NULL,
  id UUID NOT NULL,
  message_id UUID NOT NULL,
  colleague_id UUID NOT NULL,
  aspect TEXT NOT NULL,
  was TEXT NOT NULL,
  value TEXT NOT NULL,
  lesson BYTEA NOT NULL,
  created_at BIGINT NOT NULL,
  ended_at BIGINT,
  -- Grows with every change of any correction: whoever keeps their sum ready knows by it what to learn and forget.
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (organisation_id, id),
  FOREIGN KEY (organisation_id, message_id) REFERENCES message (organisation_id, id),
  FOREIGN KEY (organisation_id, colleague_id) REFERENCES colleague (organisation_id, id)
);
CREATE INDEX correction_message ON correction (organisation_id, message_id);
CREATE INDEX correction_changed ON correction (organisation_id, changed_at);

-- What the newest thing says that the public said in a conversation, beside its intent and sentiment.
ALTER TABLE conversation ADD COLUMN abusive BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE conversation ADD COLUMN needs_answer BOOLEAN NOT NULL DEFAULT FALSE;
