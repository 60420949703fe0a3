-- Which node does what only one may do (hearing a channel), and until when it is taken to be alive.
CREATE TABLE lease (
  organisation_id UUID NOT NULL,
  subject_id UUID NOT NULL,
  node BIGINT NOT NULL,
  until_at BIGINT NOT NULL,
  PRIMARY KEY (organisation_id, subject_id),
  FOREIGN KEY (organisation_id) REFERENCES organisation (id)
);
