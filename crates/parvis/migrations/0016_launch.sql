-- Launches: what is prepared of a product or an event, and what of it answers people.
CREATE TABLE launch (
  organisation_id UUID NOT NULL,
  id UUID NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  summary TEXT NOT NULL,
  starts_at BIGINT,
  -- It has a day and no hour.
  all_day BOOLEAN NOT NULL,
  owner_id UUID NOT NULL,
  -- What was learnt, once it is closed.
  note TEXT NOT NULL,
  -- Grows with each change: whoever saves says which one they began from.
  version BIGINT NOT NULL,
  opened_at BIGINT,
  closed_at BIGINT,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (organisation_id, id),
  FOREIGN KEY (organisation_id) REFERENCES organisation (id),
  FOREIGN KEY (organisation_id, owner_id) REFERENCES colleague (organisation_id, id)
);
CREATE INDEX launch_state ON launch (organisation_id, state, starts_at, id);
-- One thing of a dossier: angle, problem, answer, faq, step, material, meeting or decision; which columns it uses is said by its kind.
CREATE TABLE launch_entry (
  organisation_id UUID NOT NULL,
  id UUID NOT NULL,
  launch_id UUID NOT NULL,
  -- The problem that an answer is prepared for.
  of_id UUID,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  text TEXT NOT NULL,
  language TEXT NOT NULL,
  -- internal or external.
  audience TEXT NOT NULL,
  likely TEXT NOT NULL,
  grave TEXT NOT NULL,
  -- Who is asked, who takes part, in words.
  people TEXT NOT NULL,
  at BIGINT,
  state TEXT NOT NULL,
  owner_id UUID,
  validated_by UUID,
  validated_at BIGINT,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (organisation_id, id),
  FOREIGN KEY (organisation_id, launch_id) REFERENCES launch (organisation_id, id)
);
CREATE INDEX launch_entry_launch ON launch_entry (organisation_id, launch_id, id);
-- Answers that began as a suggestion.
CREATE TABLE launch_use (
  organisation_id UUID NOT NULL,
  message_id UUID NOT NULL,
  entry_id UUID NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (organisation_id, message_id),
  FOREIGN KEY (organisation_id, message_id) REFERENCES message (organisation_id, id)
);
CREATE INDEX launch_use_entry ON launch_use (organisation_id, entry_id);
