-- Gestures: something out of the ordinary for one member of the community, from the proposal to what came of it.
CREATE TABLE gesture (
  organisation_id UUID NOT NULL,
  id UUID NOT NULL,
  -- Where it was proposed, and for whom.
  conversation_id UUID NOT NULL,
  author_id UUID NOT NULL,
  title TEXT NOT NULL,
  why TEXT NOT NULL,
  -- What it takes, in words.
  cost TEXT NOT NULL,
  -- By when.
  due_at BIGINT,
  -- Who sees to it, once it is agreed.
  owner_id UUID,
  -- proposed, agreed, declined, done or dropped.
  state TEXT NOT NULL,
  -- What was said with the decision, and what came of it.
  reason TEXT NOT NULL,
  outcome TEXT NOT NULL,
  proposed_by UUID NOT NULL,
  decided_by UUID,
  decided_at BIGINT,
  ended_at BIGINT,
  -- Grows with each change: whoever saves says which one they began from.
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (organisation_id, id),
  FOREIGN KEY (organisation_id, conversation_id) REFERENCES conversation (organisation_id, id),
  FOREIGN KEY (organisation_id, author_id) REFERENCES author (organisation_id, id)
);
CREATE INDEX gesture_state ON gesture (organisation_id, state, id);
CREATE INDEX gesture_author ON gesture (organisation_id, author_id, id);
