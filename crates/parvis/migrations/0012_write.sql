-- Remarks of the charter that bind and that somebody set aside on a post, by rule and by what each was about, and why.
CREATE TABLE post_waiver (
  organisation_id UUID NOT NULL,
  post_id UUID NOT NULL,
  rule TEXT NOT NULL,
  about TEXT NOT NULL,
  colleague_id UUID NOT NULL,
  at BIGINT NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (organisation_id, post_id, rule, about),
  FOREIGN KEY (organisation_id, post_id) REFERENCES post (organisation_id, id)
);
-- The campaign that the links of a post say they are of; on which networks they do; and where what is too long goes out as a
-- thread.
ALTER TABLE post ADD COLUMN campaign TEXT;
ALTER TABLE post_target ADD COLUMN tagged BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE post_target ADD COLUMN threaded BOOLEAN NOT NULL DEFAULT FALSE;
-- The further parts of a thread, from 1; the first is the target's own message. A part has no parent until its turn comes.
CREATE TABLE post_part (
  organisation_id UUID NOT NULL,
  post_id UUID NOT NULL,
  channel_id UUID NOT NULL,
  number BIGINT NOT NULL,
  message_id UUID NOT NULL,
  PRIMARY KEY (organisation_id, post_id, channel_id, number),
  FOREIGN KEY (organisation_id, post_id) REFERENCES post (organisation_id, id),
  FOREIGN KEY (organisation_id, message_id) REFERENCES message (organisation_id, id)
);
CREATE INDEX post_part_message ON post_part (organisation_id, message_id);
-- What networks count below a post, as last asked; by the network's own word, which is its definition.
CREATE TABLE post_figure (
  organisation_id UUID NOT NULL,
  post_id UUID NOT NULL,
  channel_id UUID NOT NULL,
  name TEXT NOT NULL,
  value BIGINT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (organisation_id, post_id, channel_id, name),
  FOREIGN KEY (organisation_id, post_id) REFERENCES post (organisation_id, id)
);
CREATE INDEX post_published ON post (organisation_id, published_at, id);
