-- A watch may put a tag on the conversations of what it finds: a topic. Which watch put a tag; nobody: a person did.
ALTER TABLE watch ADD COLUMN tag_id UUID;
ALTER TABLE conversation_tag ADD COLUMN watch_id UUID;
-- What a watch put and a person took off: it isn't put on that conversation again.
CREATE TABLE tag_refusal (
  organisation_id UUID NOT NULL,
  tag_id UUID NOT NULL,
  conversation_id UUID NOT NULL,
  watch_id UUID NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (organisation_id, tag_id, conversation_id),
  FOREIGN KEY (organisation_id, tag_id) REFERENCES tag (organisation_id, id) ON DELETE CASCADE,
  FOREIGN KEY (organisation_id, conversation_id) REFERENCES conversation (organisation_id, id)
);
CREATE INDEX tag_refusal_watch ON tag_refusal (organisation_id, watch_id);
CREATE INDEX conversation_tag_watch ON conversation_tag (organisation_id, watch_id, conversation_id);
