-- The language model that the organisation may have propose words, one or none; and which words it had a part in.
CREATE TABLE assistant (
  organisation_id UUID NOT NULL,
  -- That of the organisation: there is one at most, and its key is bound to it.
  id UUID NOT NULL,
  address TEXT NOT NULL,
  model TEXT NOT NULL,
  -- Its key, sealed. None where it asks for none.
  secret BYTEA,
  -- What it is asked for.
  uses TEXT NOT NULL,
  -- How the house speaks, in its own words.
  tone TEXT NOT NULL,
  -- Calls of one day at most.
  most BIGINT NOT NULL,
  PRIMARY KEY (organisation_id, id)
);
-- How often it was called on a day of the organisation's; only the last day is kept.
CREATE TABLE assistant_day (
  organisation_id UUID NOT NULL,
  day TEXT NOT NULL,
  calls BIGINT NOT NULL,
  PRIMARY KEY (organisation_id, day)
);
-- The model that proposed words of it; none where people wrote alone.
ALTER TABLE post_version ADD COLUMN assistant TEXT;
ALTER TABLE post_draft ADD COLUMN assistant TEXT;
