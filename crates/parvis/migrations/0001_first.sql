-- The first tables. One text for SQLite and PostgreSQL: ids are UUID (16 bytes in SQLite), times are
-- BIGINT microseconds UTC, JSON is TEXT. Every key begins with organisation_id and there is no trigger,
-- so that a sharded PostgreSQL can take the same tables.

CREATE TABLE organisation (
  id UUID NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  language TEXT NOT NULL,
  time_zone TEXT NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE colleague (
  organisation_id UUID NOT NULL REFERENCES organisation (id),
  id UUID NOT NULL,
  email TEXT NOT NULL,
  name TEXT NOT NULL,
  initials TEXT NOT NULL,
  role TEXT NOT NULL,
  password_hash TEXT,
  language TEXT,
  theme TEXT,
  shortcuts BOOLEAN NOT NULL,
  active BOOLEAN NOT NULL,
  access_ends_at BIGINT,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (organisation_id, id),
  UNIQUE (organisation_id, email)
);
CREATE INDEX colleague_by_email ON colleague (email);

CREATE TABLE session (
  organisation_id UUID NOT NULL,
  digest TEXT NOT NULL,
  colleague_id UUID NOT NULL,
  agent TEXT NOT NULL,
  address TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (organisation_id, digest),
  FOREIGN KEY (organisation_id, colleague_id) REFERENCES colleague (organisation_id, id) ON DELETE CASCADE
);
CREATE INDEX session_by_digest ON session (digest);

-- One-time sign-in, as the demo and the first start print it.
CREATE TABLE link (
  organisation_id UUID NOT NULL,
  digest TEXT NOT NULL,
  colleague_id UUID NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT,
  PRIMARY KEY (organisation_id, digest),
  FOREIGN KEY (organisation_id, colleague_id) REFERENCES colleague (organisation_id, id) ON DELETE CASCADE
);
CREATE INDEX link_by_digest ON link (digest);

CREATE TABLE token (
  organisation_id UUID NOT NULL,
  id UUID NOT NULL,
  colleague_id UUID NOT NULL,
  name TEXT NOT NULL,
  digest TEXT NOT NULL,
  scopes TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT,
  used_at BIGINT,
  revoked_at BIGINT,
  PRIMARY KEY (organisation_id, id),
  FOREIGN KEY (organisation_id, colleague_id) REFERENCES colleague (organisation_id, id) ON DELETE CASCADE
);
CREATE INDEX token_by_digest ON token (digest);

CREATE TABLE desk (
  organisation_id UUID NOT NULL REFERENCES organisation (id),
  id UUID NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  position BIGINT NOT NULL,
  answer_within BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (organisation_id, id)
);

CREATE TABLE colleague_desk (
  organisation_id UUID NOT NULL,
  colleague_id UUID NOT NULL,
  desk_id UUID NOT NULL,
  PRIMARY KEY (organisation_id, colleague_id, desk_id),
  FOREIGN KEY (organisation_id, colleague_id) REFERENCES colleague (organisation_id, id) ON DELETE CASCADE,
  FOREIGN KEY (organisation_id, desk_id) REFERENCES desk (organisation_id, id) ON DELETE CASCADE
);

-- A connected account on a network. `secret` is sealed with a key that isn't in the database.
CREATE TABLE channel (
  organisation_id UUID NOT NULL REFERENCES organisation (id),
  id UUID NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  base_url TEXT NOT NULL,
  handle TEXT NOT NULL,
  remote_id TEXT NOT NULL,
  desk_id UUID NOT NULL,
  state TEXT NOT NULL,
  settings TEXT NOT NULL,
  capabilities TEXT NOT NULL,
  secret BYTEA,
  secret_expires_at BIGINT,
  heard_at BIGINT,
  tried_at BIGINT,
  failing_since BIGINT,
  error_code TEXT,
  error_text TEXT,
  rate_limit BIGINT,
  rate_remaining BIGINT,
  rate_reset_at BIGINT,
  notice_code TEXT,
  notice_text TEXT,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (organisation_id, id),
  FOREIGN KEY (organisation_id, desk_id) REFERENCES desk (organisation_id, id)
);

CREATE TABLE channel_cursor (
  organisation_id UUID NOT NULL,
  channel_id UUID NOT NULL,
  stream TEXT NOT NULL,
  value TEXT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (organisation_id, channel_id, stream),
  FOREIGN KEY (organisation_id, channel_id) REFERENCES channel (organisation_id, id) ON DELETE CASCADE
);

-- When a channel couldn't be heard: charts draw these hours as a hole, never as silence.
CREATE TABLE channel_gap (
  organisation_id UUID NOT NULL,
  channel_id UUID NOT NULL,
  from_at BIGINT NOT NULL,
  to_at BIGINT,
  reason TEXT NOT NULL,
  PRIMARY KEY (organisation_id, channel_id, from_at),
  FOREIGN KEY (organisation_id, channel_id) REFERENCES channel (organisation_id, id) ON DELETE CASCADE
);

-- What a channel saw, as it was received.
CREATE TABLE observation (
  organisation_id UUID NOT NULL,
  id UUID NOT NULL,
  channel_id UUID NOT NULL,
  remote_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  version_at BIGINT NOT NULL,
  received_at BIGINT NOT NULL,
  raw TEXT NOT NULL,
  PRIMARY KEY (organisation_id, id),
  FOREIGN KEY (organisation_id, channel_id) REFERENCES channel (organisation_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX observation_once ON observation (organisation_id, channel_id, remote_id, version_at, kind);

CREATE TABLE author (
  organisation_id UUID NOT NULL,
  id UUID NOT NULL,
  kind TEXT NOT NULL,
  remote_id TEXT NOT NULL,
  handle TEXT NOT NULL,
  name TEXT NOT NULL,
  url TEXT,
  avatar_url TEXT,
  bot BOOLEAN NOT NULL,
  first_seen_at BIGINT NOT NULL,
  last_seen_at BIGINT NOT NULL,
  messages BIGINT NOT NULL,
  PRIMARY KEY (organisation_id, id),
  UNIQUE (organisation_id, kind, remote_id)
);

CREATE TABLE conversation (
  organisation_id UUID NOT NULL,
  id UUID NOT NULL,
  channel_id UUID NOT NULL,
  thread_key TEXT NOT NULL,
  author_id UUID,
  desk_id UUID NOT NULL,
  state TEXT NOT NULL,
  assignee_id UUID,
  urgent BOOLEAN NOT NULL,
  language TEXT,
  intent TEXT,
  sentiment TEXT,
  title TEXT,
  excerpt TEXT NOT NULL,
  messages BIGINT NOT NULL,
  first_at BIGINT NOT NULL,
  last_at BIGINT NOT NULL,
  awaiting_since BIGINT,
  due_at BIGINT NOT NULL,
  answered_at BIGINT,
  snoozed_until BIGINT,
  closed_at BIGINT,
  merged_into UUID,
  PRIMARY KEY (organisation_id, id),
  UNIQUE (organisation_id, channel_id, thread_key),
  FOREIGN KEY (organisation_id, channel_id) REFERENCES channel (organisation_id, id),
  FOREIGN KEY (organisation_id, desk_id) REFERENCES desk (organisation_id, id)
);
CREATE INDEX conversation_due ON conversation (organisation_id, state, due_at, id);
CREATE INDEX conversation_desk_due ON conversation (organisation_id, desk_id, state, due_at, id);
CREATE INDEX conversation_assignee_due ON conversation (organisation_id, assignee_id, state, due_at, id);
CREATE INDEX conversation_all_due ON conversation (organisation_id, due_at, id);
CREATE INDEX conversation_last ON conversation (organisation_id, last_at, id);
CREATE INDEX conversation_state_last ON conversation (organisation_id, state, last_at, id);
CREATE INDEX conversation_desk_last ON conversation (organisation_id, desk_id, last_at, id);
CREATE INDEX conversation_assignee_last ON conversation (organisation_id, assignee_id, last_at, id);
CREATE INDEX conversation_channel_last ON conversation (organisation_id, channel_id, last_at, id);
CREATE INDEX conversation_author ON conversation (organisation_id, author_id, last_at, id);
CREATE INDEX conversation_snoozed ON conversation (organisation_id, snoozed_until) WHERE snoozed_until IS NOT NULL;
CREATE INDEX conversation_merged ON conversation (organisation_id, merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX conversation_answered ON conversation (organisation_id, answered_at) WHERE answered_at IS NOT NULL;

CREATE TABLE message (
  organisation_id UUID NOT NULL,
  id UUID NOT NULL,
  conversation_id UUID NOT NULL,
  channel_id UUID NOT NULL,
  direction TEXT NOT NULL,
  author_id UUID,
  colleague_id UUID,
  remote_id TEXT,
  remote_parent_id TEXT,
  url TEXT,
  visibility TEXT NOT NULL,
  language TEXT,
  title TEXT,
  warning TEXT,
  text TEXT NOT NULL,
  html TEXT NOT NULL,
  sent_at BIGINT NOT NULL,
  version_at BIGINT NOT NULL,
  edited_at BIGINT,
  deleted_at BIGINT,
  state TEXT NOT NULL,
  publish_key TEXT,
  error_code TEXT,
  error_text TEXT,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (organisation_id, id),
  UNIQUE (organisation_id, channel_id, remote_id),
  FOREIGN KEY (organisation_id, conversation_id) REFERENCES conversation (organisation_id, id)
);
CREATE INDEX message_conversation ON message (organisation_id, conversation_id, sent_at, id);
CREATE INDEX message_parent ON message (organisation_id, channel_id, remote_parent_id) WHERE remote_parent_id IS NOT NULL;
CREATE INDEX message_pending ON message (organisation_id, state, sent_at) WHERE state NOT IN ('received', 'published', 'noted');

-- What a message said before it was edited.
CREATE TABLE message_version (
  organisation_id UUID NOT NULL,
  message_id UUID NOT NULL,
  version_at BIGINT NOT NULL,
  text TEXT NOT NULL,
  html TEXT NOT NULL,
  PRIMARY KEY (organisation_id, message_id, version_at),
  FOREIGN KEY (organisation_id, message_id) REFERENCES message (organisation_id, id)
);

CREATE TABLE attachment (
  organisation_id UUID NOT NULL,
  id UUID NOT NULL,
  message_id UUID NOT NULL,
  position BIGINT NOT NULL,
  kind TEXT NOT NULL,
  remote_url TEXT,
  alt TEXT,
  mime TEXT,
  width BIGINT,
  height BIGINT,
  stored_as TEXT,
  error_text TEXT,
  PRIMARY KEY (organisation_id, id),
  FOREIGN KEY (organisation_id, message_id) REFERENCES message (organisation_id, id)
);
CREATE INDEX attachment_message ON attachment (organisation_id, message_id, position);

CREATE TABLE tag (
  organisation_id UUID NOT NULL REFERENCES organisation (id),
  id UUID NOT NULL,
  name TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (organisation_id, id),
  UNIQUE (organisation_id, name)
);

CREATE TABLE conversation_tag (
  organisation_id UUID NOT NULL,
  tag_id UUID NOT NULL,
  conversation_id UUID NOT NULL,
  PRIMARY KEY (organisation_id, tag_id, conversation_id),
  FOREIGN KEY (organisation_id, tag_id) REFERENCES tag (organisation_id, id) ON DELETE CASCADE,
  FOREIGN KEY (organisation_id, conversation_id) REFERENCES conversation (organisation_id, id)
);
CREATE INDEX conversation_tag_conversation ON conversation_tag (organisation_id, conversation_id, tag_id);

CREATE TABLE view (
  organisation_id UUID NOT NULL,
  id UUID NOT NULL,
  owner_id UUID NOT NULL,
  name TEXT NOT NULL,
  shared BOOLEAN NOT NULL,
  filter TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (organisation_id, id),
  FOREIGN KEY (organisation_id, owner_id) REFERENCES colleague (organisation_id, id) ON DELETE CASCADE
);

CREATE TABLE draft (
  organisation_id UUID NOT NULL,
  conversation_id UUID NOT NULL,
  colleague_id UUID NOT NULL,
  mode TEXT NOT NULL,
  text TEXT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (organisation_id, conversation_id, colleague_id, mode),
  FOREIGN KEY (organisation_id, conversation_id) REFERENCES conversation (organisation_id, id),
  FOREIGN KEY (organisation_id, colleague_id) REFERENCES colleague (organisation_id, id) ON DELETE CASCADE
);

-- How many conversations stand where: badges add up a few hundred rows instead of counting millions.
CREATE TABLE counter (
  organisation_id UUID NOT NULL,
  state TEXT NOT NULL,
  desk_id UUID NOT NULL,
  assignee_id UUID NOT NULL,
  value BIGINT NOT NULL,
  PRIMARY KEY (organisation_id, state, desk_id, assignee_id)
);

-- Messages by hour, for charts.
CREATE TABLE tally (
  organisation_id UUID NOT NULL,
  hour_at BIGINT NOT NULL,
  channel_id UUID NOT NULL,
  direction TEXT NOT NULL,
  value BIGINT NOT NULL,
  PRIMARY KEY (organisation_id, hour_at, channel_id, direction)
);

-- Work that has to be done once, made in the transaction that needs it.
CREATE TABLE job (
  organisation_id UUID NOT NULL,
  id UUID NOT NULL,
  kind TEXT NOT NULL,
  dedup_key TEXT NOT NULL,
  subject_id UUID NOT NULL,
  state TEXT NOT NULL,
  run_at BIGINT NOT NULL,
  attempts BIGINT NOT NULL,
  lease_until BIGINT,
  error_text TEXT,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (organisation_id, id),
  UNIQUE (organisation_id, kind, dedup_key)
);
CREATE INDEX job_ready ON job (state, run_at);

-- Every change: who, what, when, before, after.
CREATE TABLE journal (
  organisation_id UUID NOT NULL,
  id UUID NOT NULL,
  at BIGINT NOT NULL,
  actor_kind TEXT NOT NULL,
  actor_id UUID,
  verb TEXT NOT NULL,
  subject_kind TEXT NOT NULL,
  subject_id UUID NOT NULL,
  conversation_id UUID,
  before TEXT,
  after TEXT,
  undone_at BIGINT,
  PRIMARY KEY (organisation_id, id)
);
CREATE INDEX journal_conversation ON journal (organisation_id, conversation_id, id) WHERE conversation_id IS NOT NULL;
CREATE INDEX journal_actor ON journal (organisation_id, actor_id, id) WHERE actor_id IS NOT NULL;

-- Facts about the installation itself (schema of the search index, first start).
CREATE TABLE setting (
  organisation_id UUID NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (organisation_id, name)
);
