-- How the renewal of a channel's access stands, where what renews it is good once: 'begun' (it was handed over, and what
-- came of it isn't kept yet), 'lost' (nobody knows what came of it), 'refused'.
ALTER TABLE channel ADD COLUMN renewal TEXT;
-- The key by which this installation proves to networks that it is itself, sealed.
CREATE TABLE client_key (
  organisation_id UUID NOT NULL PRIMARY KEY REFERENCES organisation (id),
  secret BYTEA NOT NULL,
  created_at BIGINT NOT NULL
);
