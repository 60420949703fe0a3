-- The library: pictures that the organisation may use, with what it may do with them and until when.
CREATE TABLE asset (
  organisation_id UUID NOT NULL,
  id UUID NOT NULL,
  title TEXT NOT NULL,
  theme TEXT NOT NULL,
  -- Words by commas.
  tags TEXT NOT NULL,
  alt_fr TEXT NOT NULL,
  alt_en TEXT NOT NULL,
  -- Who made it, in words.
  credit TEXT NOT NULL,
  -- Whose the rights are, what for, and where, in words.
  holder TEXT NOT NULL,
  purpose TEXT NOT NULL,
  territory TEXT NOT NULL,
  -- From then on it may not leave any more.
  expires_at BIGINT,
  colleague_id UUID NOT NULL,
  away_at BIGINT,
  -- Its files so far: the last one is the one that is used.
  files BIGINT NOT NULL,
  -- Grows with each change: whoever saves says which one they began from.
  version BIGINT NOT NULL,
  -- What search compares, folded.
  words TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (organisation_id, id),
  FOREIGN KEY (organisation_id, colleague_id) REFERENCES colleague (organisation_id, id)
);
CREATE INDEX asset_expiry ON asset (organisation_id, expires_at);
-- The files of an asset, the first one is number 1; the same bytes are kept once.
CREATE TABLE asset_file (
  organisation_id UUID NOT NULL,
  id UUID NOT NULL,
  asset_id UUID NOT NULL,
  number BIGINT NOT NULL,
  digest TEXT NOT NULL,
  mime TEXT NOT NULL,
  width BIGINT NOT NULL,
  height BIGINT NOT NULL,
  bytes BIGINT NOT NULL,
  stored_as TEXT NOT NULL,
  colleague_id UUID NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (organisation_id, id),
  FOREIGN KEY (organisation_id, asset_id) REFERENCES asset (organisation_id, id)
);
CREATE UNIQUE INDEX asset_file_number ON asset_file (organisation_id, asset_id, number);
CREATE UNIQUE INDEX asset_file_digest ON asset_file (organisation_id, digest);
-- The asset that a picture of a post comes from.
ALTER TABLE post_picture ADD COLUMN asset_id UUID;
CREATE INDEX post_picture_asset ON post_picture (organisation_id, asset_id);
