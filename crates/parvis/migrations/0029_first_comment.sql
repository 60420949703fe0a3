-- A first comment: what answers a post in our own name once it stands there, with its thread. Of the common text, and of the
-- networks that have their own; in each version, and in what somebody is typing. It leaves as the last part of its target.
ALTER TABLE post ADD COLUMN first_comment TEXT NOT NULL DEFAULT '';
ALTER TABLE post_target ADD COLUMN first_comment TEXT;
ALTER TABLE post_part ADD COLUMN first_comment BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE post_version ADD COLUMN first_comment TEXT NOT NULL DEFAULT '';
ALTER TABLE post_version ADD COLUMN own_first_comments TEXT NOT NULL DEFAULT '{}';
ALTER TABLE post_draft ADD COLUMN first_comment TEXT NOT NULL DEFAULT '';
ALTER TABLE post_draft ADD COLUMN own_first_comments TEXT NOT NULL DEFAULT '{}';
