-- Where a tagged conversation stands in the lists, kept beside its tag: a list by tag is walked in its order.
ALTER TABLE conversation_tag ADD COLUMN state TEXT NOT NULL DEFAULT '';
ALTER TABLE conversation_tag ADD COLUMN due_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE conversation_tag ADD COLUMN last_at BIGINT NOT NULL DEFAULT 0;
UPDATE conversation_tag SET state = c.state, due_at = c.due_at, last_at = c.last_at FROM conversation c
  WHERE c.organisation_id = conversation_tag.organisation_id AND c.id = conversation_tag.conversation_id;
CREATE INDEX conversation_tag_due ON conversation_tag (organisation_id, tag_id, state, due_at, conversation_id);
CREATE INDEX conversation_tag_last ON conversation_tag (organisation_id, tag_id, state, last_at, conversation_id);
CREATE INDEX conversation_tag_all_due ON conversation_tag (organisation_id, tag_id, due_at, conversation_id);
CREATE INDEX conversation_tag_all_last ON conversation_tag (organisation_id, tag_id, last_at, conversation_id);
