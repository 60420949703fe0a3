-- The launch that a post is of.
ALTER TABLE post ADD COLUMN launch_id UUID;
CREATE INDEX post_launch ON post (organisation_id, launch_id);
