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
