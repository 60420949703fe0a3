-- What the contract of somebody from outside covers, on top of its days: the channels and the themes of posts. Of what has no
-- row here, it covers all.
CREATE TABLE contract_channel (
  organisation_id UUID NOT NULL,
  colleague_id UUID NOT NULL,
  channel_id UUID NOT NULL,
  PRIMARY KEY (organisation_id, colleague_id, channel_id),
  FOREIGN KEY (organisation_id, colleague_id) REFERENCES colleague (organisation_id, id),
  FOREIGN KEY (organisation_id, channel_id) REFERENCES channel (organisation_id, id)
);
CREATE TABLE contract_theme (
  organisation_id UUID NOT NULL,
  colleague_id UUID NOT NULL,
  theme TEXT NOT NULL,
  PRIMARY KEY (organisation_id, colleague_id, theme),
  FOREIGN KEY (organisation_id, colleague_id) REFERENCES colleague (organisation_id, id)
);
