-- Passes: the link by which somebody from outside without an account acts on one post, or brings ideas, until it ends. It is bound
-- to the address of its colleague, to which the link and each code go by letter; what is kept of both is a digest.
CREATE TABLE pass (
  organisation_id UUID NOT NULL,
  id UUID NOT NULL,
  colleague_id UUID NOT NULL,
  purpose TEXT NOT NULL,
  post_id UUID,
  note TEXT NOT NULL,
  made_by UUID NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  ended_at BIGINT,
  digest TEXT,
  code_digest TEXT,
  code_until BIGINT,
  wrong BIGINT NOT NULL,
  seen_at BIGINT,
  PRIMARY KEY (organisation_id, id),
  FOREIGN KEY (organisation_id, colleague_id) REFERENCES colleague (organisation_id, id),
  FOREIGN KEY (organisation_id, made_by) REFERENCES colleague (organisation_id, id),
  FOREIGN KEY (organisation_id, post_id) REFERENCES post (organisation_id, id)
);
CREATE INDEX pass_digest ON pass (digest);
CREATE INDEX pass_colleague ON pass (organisation_id, colleague_id, expires_at);

-- What is written to whoever holds one: the link itself, or a code. `told` says what became of it.
CREATE TABLE pass_letter (
  organisation_id UUID NOT NULL,
  id UUID NOT NULL,
  pass_id UUID NOT NULL,
  kind TEXT NOT NULL,
  at BIGINT NOT NULL,
  told TEXT NOT NULL,
  error_text TEXT,
  PRIMARY KEY (organisation_id, id),
  FOREIGN KEY (organisation_id, pass_id) REFERENCES pass (organisation_id, id)
);
CREATE INDEX pass_letter_pass ON pass_letter (organisation_id, pass_id, kind, id);

-- The pass that a session was opened with; none for who has signed in.
ALTER TABLE session ADD COLUMN pass_id UUID;
