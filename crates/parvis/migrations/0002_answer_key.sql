-- Keys by which callers of the API say "this is the same answer as before": sent twice, given once.
CREATE TABLE answer_key (
  organisation_id UUID NOT NULL,
  colleague_id UUID NOT NULL,
  key TEXT NOT NULL,
  digest TEXT NOT NULL,
  conversation_id UUID NOT NULL,
  journal_id UUID NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (organisation_id, colleague_id, key),
  FOREIGN KEY (organisation_id, colleague_id) REFERENCES colleague (organisation_id, id) ON DELETE CASCADE
);
CREATE INDEX answer_key_made ON answer_key (organisation_id, created_at);
