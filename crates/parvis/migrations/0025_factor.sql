-- The second factor of each colleague: its secret (RFC 6238), sealed and bound to the colleague's id.
CREATE TABLE factor (
  organisation_id UUID NOT NULL,
  colleague_id UUID NOT NULL,
  secret BYTEA NOT NULL,
  -- When a first code showed that the device has it; nothing is asked before.
  confirmed_at BIGINT,
  -- The last step of time whose code was taken: no code is taken twice.
  last_step BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (organisation_id, colleague_id),
  FOREIGN KEY (organisation_id, colleague_id) REFERENCES colleague (organisation_id, id)
);
-- Recovery codes that have not been used, as SHA-256.
CREATE TABLE recovery_code (
  organisation_id UUID NOT NULL,
  digest TEXT NOT NULL,
  colleague_id UUID NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (organisation_id, digest),
  FOREIGN KEY (organisation_id, colleague_id) REFERENCES colleague (organisation_id, id)
);
CREATE INDEX recovery_code_colleague ON recovery_code (organisation_id, colleague_id);
-- When this session gave the second factor, and when it last proved who it is.
ALTER TABLE session ADD COLUMN factor_at BIGINT;
ALTER TABLE session ADD COLUMN proved_at BIGINT NOT NULL DEFAULT 0;
