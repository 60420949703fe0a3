-- A file of posts that somebody brought: looked at first, then made, once.
CREATE TABLE post_import (
  organisation_id UUID NOT NULL,
  id UUID NOT NULL,
  colleague_id UUID NOT NULL,
  name TEXT NOT NULL,
  -- SHA-256 of the file, hexadecimal: the same file again is told.
  digest TEXT NOT NULL,
  -- The file; empty once its posts are made.
  content TEXT NOT NULL,
  -- Ids of what was made, in the order of the file (JSON).
  posts TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  -- When its posts were made: once.
  made_at BIGINT,
  PRIMARY KEY (organisation_id, id),
  FOREIGN KEY (organisation_id, colleague_id) REFERENCES colleague (organisation_id, id)
);
CREATE INDEX post_import_digest ON post_import (organisation_id, digest);
