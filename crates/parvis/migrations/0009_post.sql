-- What we say of our own accord: an idea on its way to the networks, its words, who looked at it, and the stop.
CREATE TABLE post (
  organisation_id UUID NOT NULL,
  id UUID NOT NULL,
  title TEXT NOT NULL,
  brief TEXT NOT NULL,
  theme TEXT NOT NULL,
  origin TEXT NOT NULL,
  -- The agency, the freelance, the member: who it came from, in words.
  origin_name TEXT,
  -- The conversation of the inbox that it was made from.
  conversation_id UUID,
  state TEXT NOT NULL,
  -- Why it was refused, parked or sent back.
  reason TEXT,
  text TEXT NOT NULL,
  warning TEXT,
  -- Grows with each change of what will be published.
  version BIGINT NOT NULL,
  due_at BIGINT,
  idea_by UUID NOT NULL,
  -- Who is to find the words; then who wrote them last.
  writer_id UUID,
  written_by UUID,
  sent_back_by UUID,
  validated_by UUID,
  validated_at BIGINT,
  -- Taken out of the queue by a stop or by its hour having passed; a person puts it back.
  held_at BIGINT,
  held_code TEXT,
  -- When its messages were made and handed to the networks' queues.
  released_at BIGINT,
  published_at BIGINT,
  measured_at BIGINT,
  answers BIGINT,
  created_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (organisation_id, id),
  FOREIGN KEY (organisation_id) REFERENCES organisation (id),
  FOREIGN KEY (organisation_id, idea_by) REFERENCES colleague (organisation_id, id),
  FOREIGN KEY (organisation_id, conversation_id) REFERENCES conversation (organisation_id, id)
);
CREATE INDEX post_state ON post (organisation_id, state, changed_at, id);
CREATE INDEX post_due ON post (organisation_id, due_at, id);
CREATE TABLE post_target (
  organisation_id UUID NOT NULL,
  post_id UUID NOT NULL,
  channel_id UUID NOT NULL,
  -- The version for this network; NULL for the common text.
  text TEXT,
  -- What left, once it was released.
  message_id UUID,
  PRIMARY KEY (organisation_id, post_id, channel_id),
  FOREIGN KEY (organisation_id, post_id) REFERENCES post (organisation_id, id),
  FOREIGN KEY (organisation_id, channel_id) REFERENCES channel (organisation_id, id),
  FOREIGN KEY (organisation_id, message_id) REFERENCES message (organisation_id, id)
);
CREATE INDEX post_target_message ON post_target (organisation_id, message_id);
CREATE TABLE post_version (
  organisation_id UUID NOT NULL,
  post_id UUID NOT NULL,
  number BIGINT NOT NULL,
  at BIGINT NOT NULL,
  colleague_id UUID NOT NULL,
  text TEXT NOT NULL,
  -- {channel: text} of the networks that have a version of their own.
  own_texts TEXT NOT NULL,
  PRIMARY KEY (organisation_id, post_id, number),
  FOREIGN KEY (organisation_id, post_id) REFERENCES post (organisation_id, id)
);
-- What somebody is typing, and the version they began from.
CREATE TABLE post_draft (
  organisation_id UUID NOT NULL,
  post_id UUID NOT NULL,
  colleague_id UUID NOT NULL,
  version BIGINT NOT NULL,
  text TEXT NOT NULL,
  own_texts TEXT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (organisation_id, post_id, colleague_id),
  FOREIGN KEY (organisation_id, post_id) REFERENCES post (organisation_id, id)
);
CREATE TABLE post_comment (
  organisation_id UUID NOT NULL,
  id UUID NOT NULL,
  post_id UUID NOT NULL,
  colleague_id UUID NOT NULL,
  at BIGINT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (organisation_id, id),
  FOREIGN KEY (organisation_id, post_id) REFERENCES post (organisation_id, id)
);
CREATE INDEX post_comment_post ON post_comment (organisation_id, post_id, id);
-- Who was named in a comment: an external person then sees the post.
CREATE TABLE post_mention (
  organisation_id UUID NOT NULL,
  post_id UUID NOT NULL,
  colleague_id UUID NOT NULL,
  PRIMARY KEY (organisation_id, post_id, colleague_id),
  FOREIGN KEY (organisation_id, post_id) REFERENCES post (organisation_id, id)
);
-- What was really read: one line of the checklist, or the second look; gone with the next change of the text.
CREATE TABLE post_check (
  organisation_id UUID NOT NULL,
  post_id UUID NOT NULL,
  item TEXT NOT NULL,
  colleague_id UUID NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (organisation_id, post_id, item),
  FOREIGN KEY (organisation_id, post_id) REFERENCES post (organisation_id, id)
);
CREATE TABLE post_picture (
  organisation_id UUID NOT NULL,
  id UUID NOT NULL,
  post_id UUID NOT NULL,
  position BIGINT NOT NULL,
  alt TEXT,
  mime TEXT NOT NULL,
  stored_as TEXT NOT NULL,
  PRIMARY KEY (organisation_id, id),
  FOREIGN KEY (organisation_id, post_id) REFERENCES post (organisation_id, id)
);
CREATE INDEX post_picture_post ON post_picture (organisation_id, post_id, position);
-- Everything stands still from `at` until it is lifted.
CREATE TABLE stop (
  organisation_id UUID NOT NULL,
  id UUID NOT NULL,
  at BIGINT NOT NULL,
  colleague_id UUID NOT NULL,
  reason TEXT NOT NULL,
  lifted_at BIGINT,
  lifted_by UUID,
  PRIMARY KEY (organisation_id, id),
  FOREIGN KEY (organisation_id) REFERENCES organisation (id)
);
-- Private addresses of the calendar, by the digest of what stands in them.
CREATE TABLE calendar_feed (
  organisation_id UUID NOT NULL,
  digest TEXT NOT NULL,
  colleague_id UUID NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (organisation_id, digest),
  FOREIGN KEY (organisation_id, colleague_id) REFERENCES colleague (organisation_id, id) ON DELETE CASCADE
);
CREATE INDEX calendar_feed_digest ON calendar_feed (digest);
